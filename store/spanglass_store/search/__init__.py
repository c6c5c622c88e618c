"""The language of filters: what a user types → an expression; plain Python that knows no tables."""
