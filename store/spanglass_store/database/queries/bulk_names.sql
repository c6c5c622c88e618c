-- The names of projects and experiments; the latest stands last.
SELECT project_id, project_name, experiment_id, experiment_name FROM bulk_fold WHERE left_lines IS NULL GROUP BY ALL ORDER BY max(created)
