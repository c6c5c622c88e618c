WHERE created = $created AND id = $row_id
LIMIT 1
