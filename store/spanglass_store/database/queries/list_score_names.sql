-- A sample is enough: scores are logged by the same names again and again. TRY: a lone surrogate is no JSON here.
SELECT name, count(*) AS uses
FROM (
    SELECT unnest(TRY(json_keys(scores))) AS name
    FROM (SELECT scores FROM spans WHERE score_count > 0 ORDER BY start_ts DESC LIMIT 10000)
    WHERE TRY(json_type(scores)) = 'OBJECT'
)
WHERE length(name) <= 200
GROUP BY name
ORDER BY uses DESC, name
LIMIT $limit
