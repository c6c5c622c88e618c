SELECT encode({field}) FROM spans WHERE created = $created AND id = $row_id LIMIT 1
