SELECT raw FROM comments WHERE $row_ids IS NULL OR origin_id IN (SELECT unnest($row_ids)) ORDER BY created, id
