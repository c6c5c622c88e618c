root_span_id IN (SELECT unnest($roots))
