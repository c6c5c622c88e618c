-- What stands as a "key" in these traces' values, and whether it does in another trace's, too. More than the keys of
-- attachments, never less.
WITH tokens AS (
    SELECT
        root_span_id IN (SELECT unnest($roots)) AS is_inside,
        unnest(
            regexp_extract_all(
                concat_ws(' ', input, output, expected, error, scores, metadata, metrics, span_attributes, context, extra),
                '"key"\s*:\s*("(?:[^"\\]|\\.)*")', 1
            )
        ) AS token
    FROM spans
    WHERE attachment_count > 0
)
SELECT TRY(json_extract_string(token, '$')) AS key, bool_or(NOT is_inside)
FROM tokens
GROUP BY key
HAVING key IS NOT NULL AND bool_or(is_inside)
