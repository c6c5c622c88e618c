"""Tracing of LLM clients: `wrap_openai` and `wrap_anthropic`, without importing either package."""
