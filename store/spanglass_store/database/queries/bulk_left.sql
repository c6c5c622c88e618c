-- How many lines are left for the fold in Python.
SELECT coalesce(sum(line_count), 0)::BIGINT
FROM bulk_read
WHERE coalesce(id, '') NOT IN (SELECT '"' || id || '"' FROM bulk_fold)
