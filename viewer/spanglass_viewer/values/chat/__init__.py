"""Chat messages in values, whichever provider or tracer wrote them, as roles and parts."""
