-- Takes note of spans that the tables know already, and tells how many of the rows there are; they go through the fold
-- in Python.
INSERT INTO bulk_stored
SELECT spans.id
FROM spans
WHERE
    spans.created >= (SELECT min(created) FROM bulk_fold WHERE left_lines IS NULL)
    AND spans.id IN (SELECT id FROM bulk_fold WHERE left_lines IS NULL)
