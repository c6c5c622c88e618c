-- The lines that the fold in Python has to take. `is_stamped` is false where a line counts by its place in the segment.
-- Oldest first, as they were written: files are read side by side.
WITH lines AS (
    SELECT unnest(left_lines, recursive := true) FROM bulk_fold WHERE left_lines IS NOT NULL
)
SELECT
    ($files::VARCHAR[])[file] AS file,
    raw,
    coalesce(
        TRY_CAST(json_extract(raw, '$._stamp')::VARCHAR AS BIGINT) > 0
        OR json_extract(raw, '$._line')::VARCHAR = '"process"',
        false
    ) AS is_stamped,
    CASE WHEN json_extract_string(raw, '$._line') = 'process' THEN json_extract_string(raw, '$.process') END AS process
FROM lines
ORDER BY TRY_CAST(json_extract(raw, '$._stamp')::VARCHAR AS BIGINT)
