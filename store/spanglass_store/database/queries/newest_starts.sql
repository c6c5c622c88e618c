-- The lower end of a window over the newest heads: their first start, and the first time that one is filed under.
SELECT min(start_ts), min(created), count(*)
FROM (
    SELECT start_ts, created
    FROM spans
    WHERE is_root AND ($before_ts IS NULL OR (start_ts, root_span_id) < ($before_ts, $before_id))
    ORDER BY start_ts DESC
    LIMIT $limit
)
