AND duration_secs >= $min_duration_secs
