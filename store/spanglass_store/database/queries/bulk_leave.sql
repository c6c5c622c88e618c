-- Leave the lines of these spans for the fold in Python, of those whose lines are at hand; returns which they were.
UPDATE folding.{place}.bulk_fold
SET left_lines = spare_lines
WHERE spare_lines IS NOT NULL AND id IN (SELECT unnest($ids))
RETURNING id
