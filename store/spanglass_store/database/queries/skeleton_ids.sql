SELECT coalesce(span_key, 0)::UBIGINT AS span_key FROM skeleton
