DELETE FROM spans
WHERE (id, container) IN (SELECT unnest($ids), unnest($containers))
