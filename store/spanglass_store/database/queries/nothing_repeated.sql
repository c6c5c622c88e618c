SELECT
    NULL::BIGINT AS source, 0 AS tokens, 0 AS prompt_tokens, 0 AS completion_tokens, 0 AS cached_tokens, false AS is_costed_above
WHERE false
