"""Logged values: JSON text → what it means to a reader (text, rows, messages, media); no Qt."""
