SELECT name, merged_bytes, process FROM segments
