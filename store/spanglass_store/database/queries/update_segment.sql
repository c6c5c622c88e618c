UPDATE segments
SET merged_bytes = $end, process = $process, sequence = coalesce($sequence, sequence)
WHERE name = $name
