-- In the order of their start, as a program would have brought them one by one: look-ups are bound by it.
INSERT INTO spans FROM bulk_fold ORDER BY created
