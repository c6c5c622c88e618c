TRY(json_extract_string(metadata, $pointer)) = $text
    OR TRY_CAST(TRY(json_extract_string(metadata, $pointer)) AS DOUBLE) = TRY_CAST($text AS DOUBLE)
