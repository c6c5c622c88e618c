TRY(json_extract(scores, $pointer)::DOUBLE) {operator} $number
