WHERE id = $row_id
LIMIT 1
