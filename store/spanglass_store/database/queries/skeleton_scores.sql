SELECT skeleton.rowid::INTEGER AS row, left(spans.scores, $most_chars)
FROM spans
JOIN skeleton ON skeleton.source = spans.rowid
WHERE spans.score_count > 0 AND spans.root_span_id = $root_span_id
