-- A place for a fold outside of the file and of all temporary tables: others read it, and while it is made, a commit into
-- the file can be a checkpoint.
ATTACH IF NOT EXISTS ':memory:' AS folding;
CREATE SCHEMA IF NOT EXISTS folding.{place};
USE folding.{place};
DROP TABLE IF EXISTS bulk_fold;
