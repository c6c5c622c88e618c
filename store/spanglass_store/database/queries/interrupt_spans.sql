UPDATE spans
SET is_interrupted = $is_interrupted
WHERE process IN (SELECT unnest($processes)) AND end_ts IS NULL AND is_interrupted != $is_interrupted
RETURNING root_span_id
