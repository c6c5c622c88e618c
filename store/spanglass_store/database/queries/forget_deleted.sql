DELETE FROM deleted_spans WHERE id IN (SELECT unnest($ids))
