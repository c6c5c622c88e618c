INSERT INTO {table} SELECT * FROM damaged.{table} WHERE rowid >= $since AND rowid < $until
