sum(tokens)::DOUBLE
