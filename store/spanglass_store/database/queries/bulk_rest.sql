-- The lines that the fold in Python has to take: all of the spans that `bulk_fold` does not hold, and side lines.
-- `is_stamped` is false
-- where a line counts by its place in the segment. Oldest first, as they were written: files are read side by side.
SELECT
    filename,
    json::VARCHAR AS raw,
    coalesce(
        TRY_CAST(json_extract(json, '$._stamp')::VARCHAR AS BIGINT) > 0
        OR json_extract(json, '$._line')::VARCHAR = '"process"',
        false
    ) AS is_stamped,
    CASE WHEN json_extract_string(json, '$._line') = 'process' THEN json_extract_string(json, '$.process') END AS process
FROM read_json_objects(
    $files, format = 'newline_delimited', filename = true, maximum_object_size = 4194304,
    ignore_errors = true
)
WHERE coalesce(json_extract(json, '$.id')::VARCHAR, '') NOT IN (SELECT '"' || id || '"' FROM bulk_fold)
ORDER BY TRY_CAST(json_extract(json, '$._stamp')::VARCHAR AS BIGINT)
