SELECT {columns}
FROM spans
WHERE created >= $since
    AND ($until IS NULL OR created < $until)
    AND ($roots IS NULL OR root_span_id IN (SELECT unnest($roots)))
ORDER BY created, span_id, id
