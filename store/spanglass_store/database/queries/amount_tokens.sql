(sum(tokens) FILTER (tokens >= 0))::DOUBLE
