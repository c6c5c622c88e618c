-- How many spans began in each minute, the newest first: what the windows of a search are made of.
SELECT date_trunc('minute', created) AS minute, count(*)
FROM spans
WHERE created < $until AND created >= $not_before
GROUP BY minute
ORDER BY minute DESC
