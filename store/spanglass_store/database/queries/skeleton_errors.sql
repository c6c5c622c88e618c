SELECT skeleton.rowid::INTEGER, left(coalesce(TRY(json_extract_string(spans.error, '$')), spans.error), $max_chars)
FROM spans
JOIN skeleton ON skeleton.id = spans.id
WHERE spans.is_error AND spans.root_span_id = $root_span_id
