SELECT min(created), count(*)
FROM (SELECT created FROM spans WHERE $until IS NULL OR created < $until ORDER BY created DESC LIMIT $window)
