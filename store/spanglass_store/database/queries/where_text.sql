WHERE contains(lower(concat_ws(' ', name, input, output, error, metadata, expected)), lower($text))
ORDER BY start_ts DESC
LIMIT $limit
