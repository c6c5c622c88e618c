"""Trace LLM programs into a local store: `import spanglass`, then `init_logger`, `@traced`, `start_span`.

The names are those of Braintrust's Python SDK, so `import spanglass as braintrust` runs programs written for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spanglass import shutdown
from spanglass.activity import current_experiment, current_logger
from spanglass.attachments import Attachment, BaseAttachment, ExternalAttachment, JSONAttachment
from spanglass.entry import flush, start_span
from spanglass.logger import Logger, init_logger
from spanglass.masking import set_masking_function
from spanglass.parents import get_span_parent_object, parent_context
from spanglass.span import NOOP_SPAN, Span, current_span
from spanglass.trace_context import extract_trace_context, inject_trace_context
from spanglass.traced import traced
from spanglass.updates import permalink, update_span
from spanglass.version import __version__

if TYPE_CHECKING:
    from spanglass.executor import TracedThreadPoolExecutor
    from spanglass.experiment import Experiment, ExperimentSummary, ScoreSummary, init, log, summarize
    from spanglass.llm.wrapping import wrap_anthropic, wrap_openai
    from spanglass.readonly_attachment import ReadonlyAttachment

shutdown.register_hooks()

__all__ = [
    "NOOP_SPAN",
    "Attachment",
    "BaseAttachment",
    "Experiment",
    "ExperimentSummary",
    "ExternalAttachment",
    "JSONAttachment",
    "Logger",
    "ReadonlyAttachment",
    "ScoreSummary",
    "Span",
    "TracedThreadPoolExecutor",
    "__version__",
    "current_experiment",
    "current_logger",
    "current_span",
    "extract_trace_context",
    "flush",
    "get_span_parent_object",
    "init",
    "init_logger",
    "inject_trace_context",
    "log",
    "parent_context",
    "permalink",
    "set_masking_function",
    "start_span",
    "summarize",
    "traced",
    "update_span",
    "wrap_anthropic",
    "wrap_openai",
]


# What is not on every program's way loads when it is asked for: `import spanglass` stays light.
_LAZY = {
    **dict.fromkeys(
        ("Experiment", "ExperimentSummary", "ScoreSummary", "init", "log", "summarize"), "spanglass.experiment"
    ),
    "ReadonlyAttachment": "spanglass.readonly_attachment",
    "TracedThreadPoolExecutor": "spanglass.executor",
    "wrap_anthropic": "spanglass.llm.wrapping",
    "wrap_openai": "spanglass.llm.wrapping",
}


def __getattr__(name: str) -> Any:
    """Load a name of `_LAZY` (PEP 562)."""
    if name in _LAZY:
        import importlib  # noqa: PLC0415 - as late as what it imports

        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
