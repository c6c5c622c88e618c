-- By trace, what the list can be sorted by; NULL where it is not known.
SELECT root_span_id, {amount} AS amount FROM spans GROUP BY root_span_id HAVING amount IS NOT NULL
