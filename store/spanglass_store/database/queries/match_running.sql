end_ts IS NULL AND NOT is_interrupted
