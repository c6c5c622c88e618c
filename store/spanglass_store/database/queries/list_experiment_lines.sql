-- Those that more is known of than the rows of their spans say.
SELECT
    experiments.id, experiments.name, project_id, projects.name, description, metadata, tags, experiments.created, said_stamp
FROM experiments LEFT JOIN projects ON projects.id = project_id
WHERE (experiments.created IS NOT NULL OR said_stamp > 0)
    AND ($roots IS NULL OR experiments.id IN (SELECT experiment_id FROM spans WHERE list_contains($roots, root_span_id)))
ORDER BY experiments.created, experiments.id
