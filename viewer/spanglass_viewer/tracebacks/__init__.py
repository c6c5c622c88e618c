"""Tracebacks as text → exceptions and frames; no Qt."""
