-- One row a trace, newest first; tokens and costs that a span logs again for those below it count once.
CREATE OR REPLACE VIEW v_traces AS
WITH traces AS (
    SELECT
        root_span_id,
        coalesce(arg_min(name, start_ts) FILTER (is_root), arg_min(name, start_ts)) AS name,
        any_value(project_name) AS project_name,
        min(start_ts) AS start_ts,
        coalesce(arg_min(duration_secs, start_ts) FILTER (is_root), epoch(max(end_ts) - min(start_ts))) AS duration_secs,
        count(*) AS spans,
        count(*) FILTER (is_error) AS errors,
        bool_or(end_ts IS NULL AND NOT is_interrupted) AS is_running,
        bool_or(is_interrupted) AS is_interrupted,
        (sum(tokens) FILTER (tokens >= 0))::BIGINT AS tokens,
        sum(cost) FILTER (cost >= 0) AS cost,
        arg_min(input_preview, start_ts) FILTER (is_root) AS input_preview,
        arg_min(output_preview, start_ts) FILTER (is_root) AS output_preview
    FROM spans
    GROUP BY root_span_id
),
again AS (
    SELECT root_span_id, sum(tokens)::BIGINT AS tokens, sum(cost) AS cost FROM ({repeated}) GROUP BY root_span_id
)
SELECT
    traces.* REPLACE (
        traces.tokens - coalesce(again.tokens, 0) AS tokens,
        CASE WHEN traces.cost IS NOT NULL THEN greatest(traces.cost - coalesce(again.cost, 0), 0) END AS cost
    )
FROM traces
LEFT JOIN again ON again.root_span_id = traces.root_span_id
ORDER BY start_ts DESC;
