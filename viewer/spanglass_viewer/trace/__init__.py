"""A trace as plain Python and numpy: snapshot, layout, errors; no Qt."""
