SELECT id, container FROM spans WHERE root_span_id IN (SELECT unnest($roots))
