(SELECT *, rowid FROM spans WHERE experiment_id = $id)
