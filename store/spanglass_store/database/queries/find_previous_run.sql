-- Narrow columns alone, so that a scan of a large store takes milliseconds.
SELECT earlier.root_span_id
FROM spans AS earlier
JOIN spans AS run ON run.root_span_id = $root_span_id AND run.is_root AND run.name = earlier.name
WHERE earlier.is_root AND earlier.start_ts < run.start_ts AND earlier.root_span_id <> run.root_span_id
ORDER BY earlier.start_ts DESC, earlier.root_span_id DESC
LIMIT 1
