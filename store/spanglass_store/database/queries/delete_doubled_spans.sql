DELETE FROM spans WHERE rowid IN (
    SELECT rowid
    FROM spans
    QUALIFY row_number() OVER (PARTITION BY id, container ORDER BY end_ts IS NULL, rowid) > 1
)
