UPDATE meta SET sequence = 1 + greatest(sequence, (SELECT max(segments.sequence) FROM segments))
