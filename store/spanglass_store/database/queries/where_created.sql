WHERE created >= $since AND ($until IS NULL OR created < $until)
ORDER BY created, span_id
