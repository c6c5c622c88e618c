TRY_CAST(TRY(json_extract_string(metadata, $pointer)) AS DOUBLE) {operator} $text::DOUBLE
