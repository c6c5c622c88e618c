"""`braintrust.oai`: where older programs import `wrap_openai` from."""

from spanglass.llm.wrapping import wrap_openai

__all__ = ["wrap_openai"]
