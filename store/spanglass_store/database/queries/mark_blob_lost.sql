UPDATE attachments SET state = 'error', error = $error WHERE key = $key
