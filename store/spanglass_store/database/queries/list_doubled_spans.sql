SELECT id, container FROM spans GROUP BY id, container HAVING count(*) > 1
