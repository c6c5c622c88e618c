SELECT
    (SELECT count(*) FROM spans WHERE is_root) + (SELECT count(*) FROM rootless_traces),
    (SELECT count(*) FROM spans)
