WHERE created >= $since
    AND ($before_ts IS NULL OR (created, id) < ($before_ts, $before_id))
    AND ($ended_since IS NULL OR end_ts >= $ended_since)
    AND ({predicate})
ORDER BY created DESC, id DESC
LIMIT $limit
