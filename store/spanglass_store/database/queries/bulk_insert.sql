-- In the order of their start, as a program would have brought them one by one: look-ups are bound by it.
INSERT INTO spans
SELECT fold.* EXCLUDE (is_bounded, spare_lines, left_lines) REPLACE (headlines.type AS error_type, headlines.message AS error_message)
FROM bulk_fold AS fold
LEFT JOIN (SELECT unnest($ids) AS id, unnest($types) AS type, unnest($messages) AS message) AS headlines
    ON fold.id = headlines.id
WHERE fold.left_lines IS NULL
ORDER BY fold.created
