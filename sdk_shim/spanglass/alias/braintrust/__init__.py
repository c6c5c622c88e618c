"""What `import braintrust` finds under `python -m spanglass run`: the names of `spanglass`, the very same objects."""

from __future__ import annotations

from typing import Any

import spanglass

__all__ = spanglass.__all__  # pyright: ignore[reportUnsupportedDunderAll] - one list, kept there


def __getattr__(name: str) -> Any:
    """Look a name up in `spanglass` (PEP 562)."""
    try:
        return getattr(spanglass, name)
    except AttributeError:
        message = f"spanglass, which stands in for braintrust here, has no {name!r}"
        raise AttributeError(message, name=name) from None
