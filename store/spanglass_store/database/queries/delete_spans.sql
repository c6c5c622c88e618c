DELETE FROM spans
WHERE created >= $since AND id IN (SELECT unnest($ids))
