DELETE FROM spans WHERE root_span_id IN (SELECT unnest($roots))
