-- Of traces with several roots, or none: the span that stands for the trace.
SELECT coalesce(arg_min(id, (start_ts, id)) FILTER (is_root), arg_min(id, (start_ts, id)))
FROM spans
WHERE root_span_id IN (SELECT unnest($roots))
GROUP BY root_span_id
