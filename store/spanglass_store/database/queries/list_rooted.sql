SELECT DISTINCT root_span_id FROM spans WHERE is_root AND root_span_id IN (SELECT unnest($roots))
