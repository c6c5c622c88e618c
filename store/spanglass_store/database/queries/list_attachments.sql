SELECT key, filename, content_type, state, digest, size_bytes, error
FROM attachments
WHERE key IN (SELECT unnest($keys))
