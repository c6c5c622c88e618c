-- The errors whose headlines are still to be found.
SELECT id, error FROM bulk_fold WHERE is_error AND left_lines IS NULL
