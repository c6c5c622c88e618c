is_root
