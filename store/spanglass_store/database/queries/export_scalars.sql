-- A spreadsheet's columns: no values as they were logged, lists as text.
SELECT
    root_span_id, span_id, id, array_to_string(span_parents, ' ') AS span_parents, name, type, project_name,
    experiment_name, strftime(start_ts, '%Y-%m-%dT%H:%M:%S.%fZ') AS start, strftime(end_ts, '%Y-%m-%dT%H:%M:%S.%fZ') AS "end",
    duration_secs, is_root, is_error, error_type, error_message, is_interrupted, model, tokens, prompt_tokens,
    completion_tokens, cached_tokens, reasoning_tokens, cost, ttft_secs, attachment_count, score_count,
    array_to_string(tags, ' ') AS tags, input_preview, output_preview
FROM spans
WHERE $roots IS NULL OR root_span_id IN (SELECT unnest($roots))
ORDER BY created, span_id, id
