SELECT rowid AS place, span_id FROM skeleton WHERE span_key IS NULL
