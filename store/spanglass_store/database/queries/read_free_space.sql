SELECT free_blocks * block_size FROM pragma_database_size()
