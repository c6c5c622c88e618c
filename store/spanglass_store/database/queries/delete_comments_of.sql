DELETE FROM comments WHERE origin_id IN (SELECT id FROM spans WHERE root_span_id IN (SELECT unnest($roots)))
