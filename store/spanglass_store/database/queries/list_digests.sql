SELECT key, digest FROM attachments WHERE digest IS NOT NULL
