SELECT min(created), count(*)
FROM (
    SELECT created FROM spans
    WHERE created >= $not_before AND ($until IS NULL OR created < $until)
    ORDER BY created DESC
    LIMIT $window
)
