SELECT key, filename, content_type, state, digest, size_bytes, error, stamp
FROM attachments
WHERE $keys IS NULL OR key IN (SELECT unnest($keys))
ORDER BY stamp, key
