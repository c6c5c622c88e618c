SELECT key, size_bytes FROM attachments
