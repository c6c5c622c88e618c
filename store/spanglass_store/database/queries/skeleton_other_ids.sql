SELECT rowid AS source, span_id
FROM spans
WHERE rowid BETWEEN $first_source AND $last_source AND root_span_id = $root_span_id AND id_number(span_id) IS NULL
