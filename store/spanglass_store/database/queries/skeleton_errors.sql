-- A long error keeps both its ends: rows of other SDKs begin with the exception, Python's tracebacks end with it.
WITH errors AS (
    SELECT skeleton.rowid::INTEGER AS row, coalesce(TRY(json_extract_string(spans.error, '$')), spans.error) AS text
    FROM spans
    JOIN skeleton ON skeleton.source = spans.rowid
    WHERE spans.is_error AND spans.root_span_id = $root_span_id
)
SELECT
    row,
    CASE WHEN length(text) <= 2 * $end_chars THEN text
    ELSE left(text, $end_chars) || chr(10) || '…' || chr(10) || right(text, $end_chars) END
FROM errors
