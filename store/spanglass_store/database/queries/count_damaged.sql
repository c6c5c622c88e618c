SELECT count(*) FROM damaged.{table}
