DELETE FROM comments WHERE id IN (SELECT unnest($ids))
