-- The number of the last change set stands beside the segments that it was read from.
ALTER TABLE segments ADD COLUMN sequence BIGINT;
