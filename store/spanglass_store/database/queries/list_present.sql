SELECT DISTINCT root_span_id FROM spans WHERE root_span_id IN (SELECT unnest($roots))
