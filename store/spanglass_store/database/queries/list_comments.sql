SELECT id, origin_id, epoch_us(created), text, source, raw
FROM comments
WHERE origin_id = $origin_id
ORDER BY created, id
