SELECT span_id, id FROM skeleton WHERE rowid BETWEEN $first AND $last
