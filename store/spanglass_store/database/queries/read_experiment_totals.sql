-- `said` is what was logged of the experiment itself, apart from its spans.
WITH traces AS (
    SELECT
        spans.root_span_id AS root_span_id,
        coalesce(arg_min(duration_secs, start_ts) FILTER (is_root), epoch(max(end_ts) - min(start_ts))) AS duration_secs,
        sum(spans.tokens - coalesce(repeated.tokens, 0)) FILTER (spans.tokens >= 0) AS tokens,
        sum(spans.cost - coalesce(repeated.cost, 0)) FILTER (spans.cost >= 0) AS cost,
        bool_or(is_error) AS has_error,
        any_value(experiment_name) AS experiment_name,
        any_value(project_name) AS project_name,
        any_value(project_id) AS project_id,
        min(start_ts) AS start_ts
    FROM spans
    LEFT JOIN ({repeated}) AS repeated ON repeated.source = spans.rowid
    WHERE experiment_id = $id
    GROUP BY spans.root_span_id
),
said AS (SELECT * FROM experiments WHERE id = $id)
SELECT
    coalesce((SELECT name FROM said), any_value(experiment_name)),
    coalesce(any_value(project_name), (SELECT projects.name FROM said JOIN projects ON projects.id = said.project_id)),
    (SELECT description FROM said),
    (SELECT metadata FROM said),
    (SELECT tags FROM said),
    coalesce(epoch_us((SELECT created FROM said)), epoch_us(min(start_ts))),
    count(root_span_id),
    count(root_span_id) FILTER (has_error),
    avg(duration_secs),
    sum(tokens)::BIGINT,
    sum(cost)
FROM traces
