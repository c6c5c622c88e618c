SELECT rowid AS source, left(coalesce(scores, ''), $most_chars) AS text
FROM spans
WHERE root_span_id = $root_span_id AND created BETWEEN make_timestamp($first_us) AND make_timestamp($last_us)
    AND score_count > 0
