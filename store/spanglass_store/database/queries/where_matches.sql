WHERE created >= $since
    AND ($before_ts IS NULL OR created <= $before_ts)  -- says no more than the next, but passes over what is newer
    AND ($before_ts IS NULL OR (created, id) < ($before_ts, $before_id))
    AND ($ended_since IS NULL OR end_ts >= $ended_since)
    AND ({predicate})
ORDER BY created DESC, id DESC
LIMIT $limit
