SELECT id, container, span_id, root_span_id, span_parents, epoch_us(created), process, stamps
FROM deleted_spans
WHERE id IN (SELECT unnest($ids))
