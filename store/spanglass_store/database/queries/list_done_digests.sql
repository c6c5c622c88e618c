SELECT key, digest FROM attachments WHERE state = 'done' AND digest IS NOT NULL ORDER BY key
