attachment_count > 0
