start_ts >= $since
