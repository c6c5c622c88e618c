"""The folder on disk: journal, blobs, tables; the light half loads no DuckDB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spanglass_store.database.reader import Store, open_store

__all__ = ["Store", "open_store"]


def __getattr__(name: str) -> Any:
    """Load the heavy half only when its names are asked for (PEP 562)."""
    if name in __all__:
        from spanglass_store.database import reader  # noqa: PLC0415 - DuckDB must not load with the SDK

        return getattr(reader, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
