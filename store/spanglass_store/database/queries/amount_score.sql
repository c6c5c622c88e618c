-- What a trace scores is said by its root; where it is not, by the spans below it, on average.
coalesce(avg(TRY(json_extract(scores, $pointer)::DOUBLE)) FILTER (is_root), avg(TRY(json_extract(scores, $pointer)::DOUBLE)))
