end_ts >= $since
