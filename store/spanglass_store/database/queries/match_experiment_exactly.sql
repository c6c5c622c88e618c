lower(experiment_name) = lower($text) OR experiment_id = $text
