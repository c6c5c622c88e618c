(
    SELECT *, rowid
    FROM spans
    WHERE created >= $since::TIMESTAMP - INTERVAL 5 MINUTE AND root_span_id IN (SELECT unnest($roots))
)
