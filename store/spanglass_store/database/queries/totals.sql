SELECT
    (SELECT count(*) FROM spans WHERE is_root),
    (SELECT count(*) FROM spans)
