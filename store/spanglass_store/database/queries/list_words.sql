-- What a filter's fields can be completed with: of each field the words used most.
WITH words AS (
    SELECT 'name' AS field, name AS word, count(*) AS uses FROM spans GROUP BY name
    UNION ALL SELECT 'type', type, count(*) FROM spans GROUP BY type
    UNION ALL SELECT 'model', model, count(*) FROM spans GROUP BY model
    UNION ALL SELECT 'project', project_name, count(*) FROM spans GROUP BY project_name
    UNION ALL SELECT 'experiment', experiment_name, count(*) FROM spans GROUP BY experiment_name
    UNION ALL SELECT 'tag', tag, count(*) FROM (SELECT unnest(tags) AS tag FROM spans) GROUP BY tag
)
SELECT field, word
FROM words
WHERE word <> '' AND length(word) <= $max_chars
QUALIFY row_number() OVER (PARTITION BY field ORDER BY uses DESC, word) <= $limit
ORDER BY field, uses DESC, word
