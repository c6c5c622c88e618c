CREATE OR REPLACE TEMP VIEW bulk_fold AS FROM folding.{place}.bulk_fold
