SELECT DISTINCT created
FROM (
    SELECT created, row_number() OVER (ORDER BY created) AS number
    FROM spans
    WHERE $roots IS NULL OR root_span_id IN (SELECT unnest($roots))
)
WHERE number % 500 = 1
ORDER BY created
