-- Newest first a trace has a place and, with all before it, a size; any limit may exclude it. An attachment that
-- several traces name counts with each.
WITH
traces AS (
    SELECT
        root_span_id,
        max(coalesce(end_ts, start_ts)) AS last_ts,
        count(*) AS spans,
        sum(
            coalesce(strlen(input), 0) + coalesce(strlen(output), 0) + coalesce(strlen(expected), 0)
            + coalesce(strlen(error), 0) + coalesce(strlen(metadata), 0) + coalesce(strlen(extra), 0)
        )::BIGINT AS text_bytes,
        bool_or(end_ts IS NULL AND NOT is_interrupted) AS is_running
    FROM spans
    WHERE $project_name IS NULL
        OR root_span_id IN (SELECT root_span_id FROM spans WHERE project_name = $project_name)
    GROUP BY root_span_id
),
tokens AS (
    SELECT
        root_span_id,
        unnest(
            regexp_extract_all(concat_ws(' ', input, output, expected, metadata, extra), '"key"\s*:\s*"([^"]*)"', 1)
        ) AS key
    FROM spans
    WHERE attachment_count > 0
),
files AS (
    SELECT root_span_id, sum(size_bytes)::BIGINT AS file_bytes
    FROM (SELECT DISTINCT root_span_id, key FROM tokens)
    JOIN attachments USING (key)
    GROUP BY root_span_id
),
ranked AS (
    SELECT
        traces.*,
        row_number() OVER newest_first AS place,
        sum(text_bytes + coalesce(file_bytes, 0)) OVER newest_first AS reached_bytes
    FROM traces
    LEFT JOIN files USING (root_span_id)
    WINDOW newest_first AS (ORDER BY last_ts DESC, root_span_id ROWS UNBOUNDED PRECEDING)
)
SELECT root_span_id, spans, text_bytes
FROM ranked
WHERE NOT is_running
    AND (
        NOT $has_limit
        OR coalesce(last_ts < $before::TIMESTAMP, FALSE)
        OR coalesce(place > $keep_last::BIGINT, FALSE)
        OR coalesce(reached_bytes > $max_bytes::BIGINT, FALSE)
    )
ORDER BY last_ts
