SELECT DISTINCT root_span_id FROM spans WHERE id IN (SELECT unnest($ids))
