SELECT DISTINCT root_span_id FROM spans WHERE experiment_id = $id
