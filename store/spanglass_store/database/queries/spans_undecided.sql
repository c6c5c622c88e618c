(
    SELECT spans.*, spans.rowid
    FROM spans
    SEMI JOIN undecided ON undecided.root = spans.root_span_id
    WHERE created >= $scan_since
)
