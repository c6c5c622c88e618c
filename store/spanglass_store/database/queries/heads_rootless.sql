id IN (
    SELECT arg_min(id, (start_ts, id))
    FROM spans
    WHERE root_span_id IN (SELECT root_span_id FROM rootless_traces)
    GROUP BY root_span_id
)
