DELETE FROM rootless_traces WHERE root_span_id IN (SELECT unnest($roots))
