SELECT max(created) FROM spans
