SELECT count(*) FROM (SELECT 1 FROM spans GROUP BY id, container HAVING count(*) > 1)
