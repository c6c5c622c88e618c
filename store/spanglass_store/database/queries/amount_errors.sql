nullif(count(*) FILTER (is_error), 0)::DOUBLE
