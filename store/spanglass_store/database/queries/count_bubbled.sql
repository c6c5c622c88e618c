-- How many errors of each trace were only raised through: a child has the same one, or its text stands in theirs.
WITH errors AS (
    SELECT root_span_id, span_id, span_parents, error_type, error_message, error
    FROM spans
    WHERE is_error AND created >= $since::TIMESTAMP - INTERVAL 5 MINUTE AND root_span_id IN (SELECT unnest($roots))
)
SELECT parent.root_span_id, count(DISTINCT parent.span_id)
-- by the parents' ids: by pairs of a trace's errors it takes as long as their number squared
FROM (SELECT * EXCLUDE (span_parents), unnest(span_parents) AS parent_id FROM errors) AS child
JOIN errors AS parent ON parent.root_span_id = child.root_span_id AND parent.span_id = child.parent_id
WHERE parent.span_id != child.span_id AND (
    parent.error_message = child.error_message AND parent.error_type IS NOT DISTINCT FROM child.error_type
    OR length(child.error_message) > 3 AND contains(parent.error, child.error_message)
)
GROUP BY parent.root_span_id
