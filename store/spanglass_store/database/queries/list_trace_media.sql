-- Attachments are flat objects: braces and quotes inside their strings are passed over, nothing is parsed.
SELECT
    span_id, epoch_us(created), name,
    list_filter(
        regexp_extract_all(
            concat_ws(' ', input, output, expected, metadata, error, extra),
            '\{(?:[^{}"]|"(?:[^"\\]|\\.)*")*\}'
        ),
        lambda found: contains(found, '_attachment"')
    )[:$per_span]
FROM spans
WHERE root_span_id = $root_span_id AND attachment_count > 0
ORDER BY start_ts, created, id
LIMIT $limit
