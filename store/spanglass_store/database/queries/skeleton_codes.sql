WITH
names AS (SELECT unnest($names) AS word, generate_subscripts($names, 1) - 1 AS code),
types AS (SELECT unnest($types) AS word, generate_subscripts($types, 1) - 1 AS code),
models AS (SELECT unnest($models) AS word, generate_subscripts($models, 1) - 1 AS code)
SELECT names.code::INTEGER AS name, types.code::INTEGER AS type, models.code::INTEGER AS model
FROM skeleton
JOIN names ON names.word = skeleton.name
JOIN types ON types.word = skeleton.type
JOIN models ON models.word = skeleton.model
ORDER BY skeleton.rowid
