SELECT greatest(meta.sequence, (SELECT max(segments.sequence) FROM segments)) FROM meta
