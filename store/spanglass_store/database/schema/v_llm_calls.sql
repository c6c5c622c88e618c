-- The calls of language models, newest first.
CREATE OR REPLACE VIEW v_llm_calls AS
SELECT
    start_ts, name, model, duration_secs, ttft_secs, tokens, prompt_tokens, completion_tokens, cached_tokens,
    reasoning_tokens, cost, is_error, project_name, input_preview, output_preview, root_span_id, span_id, id,
    input, output, metadata
FROM spans
WHERE type = 'llm'
ORDER BY start_ts DESC;
