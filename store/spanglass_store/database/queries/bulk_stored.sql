-- Spans that simply add up, but that the tables know already, or that a row has deleted: they go through the fold in
-- Python.
SELECT id
FROM spans
WHERE
    created >= (
        SELECT min(CASE WHEN is_bounded THEN created ELSE TIMESTAMP '0001-01-01' END) FROM bulk_fold WHERE left_lines IS NULL
    )
    AND id IN (SELECT id FROM bulk_fold WHERE left_lines IS NULL)
UNION
SELECT id FROM deleted_spans WHERE id IN (SELECT id FROM bulk_fold WHERE left_lines IS NULL)
UNION
-- Those of which only updates came may be filed under another time than their start.
SELECT root_span_id FROM rootless_traces WHERE root_span_id IN (SELECT id FROM bulk_fold WHERE left_lines IS NULL)
