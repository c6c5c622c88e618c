-- By name: what is damaged may be of an older format, with fewer columns.
INSERT INTO {table} BY NAME SELECT * FROM damaged.{table} WHERE rowid >= $since AND rowid < $until
