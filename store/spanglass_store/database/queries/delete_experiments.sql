DELETE FROM experiments WHERE id IN (SELECT unnest($ids))
