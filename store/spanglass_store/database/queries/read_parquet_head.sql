-- Everything as text: it is only looked at.
SELECT COLUMNS(*)::VARCHAR FROM read_parquet($path) LIMIT $max_rows
