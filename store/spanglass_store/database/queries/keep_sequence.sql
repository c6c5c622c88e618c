UPDATE meta SET sequence = greatest(sequence, (SELECT max(segments.sequence) FROM segments))
