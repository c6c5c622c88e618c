SELECT root_span_id, bool_or(is_root), count(*) FROM bulk_fold WHERE left_lines IS NULL GROUP BY root_span_id
