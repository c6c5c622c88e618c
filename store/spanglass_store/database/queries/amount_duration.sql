coalesce(arg_min(duration_secs, start_ts) FILTER (is_root), epoch(max(end_ts) - min(start_ts)))
