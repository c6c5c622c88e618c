-- A scan keeps the order of insertion; sorting by rowid once more costs 0.2 s at 1M spans.
SELECT
    start_us, end_us, created_us, is_error, is_interrupted, tokens, prompt_tokens,
    completion_tokens, cached_tokens, reasoning_tokens, cost, ttft_us, attachment_count, score_count
FROM skeleton
