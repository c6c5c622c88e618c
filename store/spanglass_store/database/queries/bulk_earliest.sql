-- When the first of the spans began that simply add up, as far as their rows tell; NULL where there is none.
SELECT min(CASE WHEN is_bounded THEN created ELSE TIMESTAMP '0001-01-01' END) FROM bulk_fold WHERE left_lines IS NULL
