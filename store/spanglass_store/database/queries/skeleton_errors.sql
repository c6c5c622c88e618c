-- A long error keeps both its ends: rows of other SDKs begin with the exception, Python's tracebacks end with it.
WITH errors AS (
    SELECT rowid AS source, coalesce(TRY(json_extract_string(error, '$')), error) AS text
    FROM spans
    WHERE root_span_id = $root_span_id AND created BETWEEN make_timestamp($first_us) AND make_timestamp($last_us)
        AND is_error
)
SELECT
    source,
    CASE WHEN length(text) <= 2 * $end_chars THEN text
    ELSE left(text, $end_chars) || chr(10) || '…' || chr(10) || right(text, $end_chars) END AS text
FROM errors
