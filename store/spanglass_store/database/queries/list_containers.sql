-- A root without a project counts under its experiment alone, and the other way round.
SELECT
    spans.project_id,
    coalesce(any_value(spans.project_name), any_value(projects.name)),
    spans.experiment_id,
    coalesce(any_value(spans.experiment_name), any_value(experiments.name)),
    count(DISTINCT root_span_id),
    epoch_us(max(start_ts))
FROM spans
LEFT JOIN projects ON projects.id = spans.project_id
LEFT JOIN experiments ON experiments.id = spans.experiment_id
WHERE is_root AND (spans.project_id IS NOT NULL OR spans.experiment_id IS NOT NULL)
GROUP BY spans.project_id, spans.experiment_id
ORDER BY max(start_ts) DESC
