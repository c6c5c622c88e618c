SELECT key, filename, content_type, state, digest, size_bytes, error, stamp
FROM attachments
WHERE key IN (SELECT unnest($keys))
