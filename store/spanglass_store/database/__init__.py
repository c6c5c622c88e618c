"""The heavy half of the store: the tables, the merge that fills them, and what reads them (DuckDB)."""
