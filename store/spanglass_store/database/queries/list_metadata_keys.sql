-- A sample is enough, as of scores: what is logged next has mostly the same keys. TRY: a lone surrogate is no JSON here.
SELECT name, count(*) AS uses
FROM (
    SELECT unnest(TRY(json_keys(metadata))) AS name
    FROM (SELECT metadata FROM spans WHERE metadata IS NOT NULL ORDER BY start_ts DESC LIMIT 2000)
    WHERE TRY(json_type(metadata)) = 'OBJECT'
)
WHERE length(name) <= 200
GROUP BY name
ORDER BY uses DESC, name
LIMIT $limit
