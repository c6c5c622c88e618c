"""`braintrust.span_types`: the known types of spans, by name."""

from enum import StrEnum


class SpanTypeAttribute(StrEnum):
    """The types that a viewer has an icon for; any other string is a type too."""

    LLM = "llm"
    SCORE = "score"
    FUNCTION = "function"
    EVAL = "eval"
    TASK = "task"
    TOOL = "tool"
    AUTOMATION = "automation"
    FACET = "facet"
    PREPROCESSOR = "preprocessor"
    CLASSIFIER = "classifier"
    REVIEW = "review"
