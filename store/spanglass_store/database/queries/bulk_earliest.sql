-- When the first of the spans began that simply add up; NULL where there is none.
SELECT min(created) FROM bulk_fold WHERE left_lines IS NULL
