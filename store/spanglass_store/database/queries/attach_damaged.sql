ATTACH '{path}' AS damaged (READ_ONLY)
