-- How many lines are left for the fold in Python.
SELECT coalesce(sum(len(left_lines)), 0)::BIGINT FROM bulk_fold
