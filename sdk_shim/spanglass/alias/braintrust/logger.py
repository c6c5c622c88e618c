"""`braintrust.logger`: where programs import types such as `Span` from."""

from __future__ import annotations

from typing import Any

import spanglass


def __getattr__(name: str) -> Any:
    """Look a name up in `spanglass` (PEP 562)."""
    return getattr(spanglass, name)
