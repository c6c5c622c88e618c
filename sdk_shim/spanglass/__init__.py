"""Trace LLM programs into a local store: `import spanglass`, then `init_logger`, `@traced`, `start_span`.

The names are those of Braintrust's Python SDK, so `import spanglass as braintrust` runs programs written for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spanglass import shutdown
from spanglass.activity import current_experiment, current_logger
from spanglass.attachments import Attachment, BaseAttachment, ExternalAttachment, JSONAttachment
from spanglass.entry import flush, start_span
from spanglass.experiment import Experiment, ExperimentSummary, ScoreSummary, init
from spanglass.logger import Logger, init_logger
from spanglass.parents import parent_context
from spanglass.span import NOOP_SPAN, Span, current_span
from spanglass.traced import traced
from spanglass.updates import permalink, update_span
from spanglass.version import __version__

if TYPE_CHECKING:
    from spanglass.executor import TracedThreadPoolExecutor

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
    "ScoreSummary",
    "Span",
    "TracedThreadPoolExecutor",
    "__version__",
    "current_experiment",
    "current_logger",
    "current_span",
    "flush",
    "init",
    "init_logger",
    "parent_context",
    "permalink",
    "start_span",
    "traced",
    "update_span",
]


def __getattr__(name: str) -> Any:
    """Load the thread pool when it is asked for: its base class costs more than all the rest."""
    if name == "TracedThreadPoolExecutor":
        from spanglass.executor import TracedThreadPoolExecutor  # noqa: PLC0415 - see above

        return TracedThreadPoolExecutor
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
