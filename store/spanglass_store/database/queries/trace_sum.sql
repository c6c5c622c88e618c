root_span_id IN (
    SELECT root_span_id FROM spans WHERE created >= $scan_since GROUP BY ALL HAVING sum({column}) {operator} $number
)
