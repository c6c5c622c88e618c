WHERE created >= $since
    AND ($before_ts IS NULL OR (created, id) < ($before_ts, $before_id))
    AND ({predicate})
ORDER BY created DESC, id DESC
LIMIT $limit
