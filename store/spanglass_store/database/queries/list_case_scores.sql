-- By trace of an experiment and name of a score: its value, and what tells the case again in another experiment.
WITH named AS (
    SELECT root_span_id, is_root, scores, unnest(TRY(json_keys(scores))) AS name
    FROM spans
    WHERE experiment_id = $id AND score_count > 0 AND TRY(json_type(scores)) = 'OBJECT'
),
valued AS (
    SELECT
        root_span_id, is_root, name,
        TRY(json_extract(scores, '/' || replace(replace(name, '~', '~0'), '/', '~1'))::DOUBLE) AS value
    FROM named
),
cases AS (
    SELECT root_span_id, md5(coalesce(arg_min(input, start_ts), '')) AS case_key
    FROM spans
    WHERE experiment_id = $id AND is_root
    GROUP BY root_span_id
)
SELECT
    coalesce(any_value(case_key), valued.root_span_id),
    name,
    coalesce(avg(value) FILTER (is_root), avg(value)) AS score
FROM valued
LEFT JOIN cases ON cases.root_span_id = valued.root_span_id
GROUP BY valued.root_span_id, name
HAVING score IS NOT NULL
ORDER BY name
