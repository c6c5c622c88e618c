SELECT true FROM deleted_spans LIMIT 1
