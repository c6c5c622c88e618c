coalesce(duration_secs {operator} $number, FALSE)
