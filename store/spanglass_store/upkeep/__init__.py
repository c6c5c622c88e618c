"""Size and age: what takes old traces, unnamed blobs and dead space out of a store, and what proves it sound."""
