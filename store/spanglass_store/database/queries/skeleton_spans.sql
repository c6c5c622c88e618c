SELECT
    span_id, id, start_us, end_us, created_us, is_error, is_interrupted, tokens, cost, ttft_us, attachment_count,
    score_count
FROM skeleton
ORDER BY rowid
