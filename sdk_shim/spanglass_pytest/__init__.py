"""The plugin for pytest: spans to assert on, and `--spanglass`, which keeps the trace of each test."""
