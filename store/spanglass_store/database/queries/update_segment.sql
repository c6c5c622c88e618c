UPDATE segments SET merged_bytes = $end, process = $process WHERE name = $name
