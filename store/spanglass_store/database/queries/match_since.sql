created >= $since
