SELECT id, origin_id, epoch_us(created), text, source, raw
FROM comments
WHERE origin_id = $origin_id AND coalesce(TRY(raw ->> '$._object_delete'), 'false') <> 'true'  -- taken back
ORDER BY created, id
