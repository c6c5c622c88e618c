AND root_span_id IN (SELECT root_span_id FROM spans WHERE type = 'llm')
