DELETE FROM attachments WHERE key IN (SELECT unnest($keys))
