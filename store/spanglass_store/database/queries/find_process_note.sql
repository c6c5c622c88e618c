SELECT note
FROM processes
WHERE process = (SELECT process FROM spans WHERE created = $created AND id = $row_id LIMIT 1)
