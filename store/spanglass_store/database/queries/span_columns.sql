SELECT
    id, span_id, root_span_id, span_parents, name, type, project_id, project_name, experiment_id,
    epoch_us(created), epoch_us(start_ts), epoch_us(end_ts), is_error, is_interrupted, model, tokens, cost,
    input, output, expected, error, scores, metadata, metrics, tags, span_attributes, context, extra
FROM spans
