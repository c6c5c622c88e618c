SELECT DISTINCT coalesce({column}, '') AS word, hash(coalesce({column}, '')) AS key
FROM spans
WHERE root_span_id = $root_span_id AND created BETWEEN make_timestamp($first_us) AND make_timestamp($last_us)
ORDER BY word
