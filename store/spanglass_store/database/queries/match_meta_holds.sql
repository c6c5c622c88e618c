contains(lower(TRY(json_extract_string(metadata, $pointer))), lower($text))
