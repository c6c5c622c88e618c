DESCRIBE FROM read_parquet($path)
