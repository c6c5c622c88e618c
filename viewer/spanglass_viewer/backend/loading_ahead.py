"""Loads what the first trace is read, laid out and shown with, in a thread that has nothing else to do yet.

Who loads modules and small files takes the interpreter's lock and gives it back hundreds of times. Where the window
paints meanwhile, each of its calls into Qt may have to wait for that lock, and a paint costs twice as much and more. So
all of it is loaded while the store is being opened, when there is nothing to paint.
"""

from __future__ import annotations

from importlib import import_module

from spanglass_viewer.trace.arrays import load_numpy

_NEXT = (
    "spanglass_store.database.skeleton",
    "spanglass_viewer.trace.snapshot",
    "spanglass_store.database.trace_media",
    "spanglass_store.database.large_values",
)


def load_ahead() -> None:
    """Load numpy and what needs it, what reads a span and its attachments, and the text of every query."""
    load_numpy()
    for name in _NEXT:
        import_module(name)
    from spanglass_store.database.statements import read_queries  # noqa: PLC0415 - heavy half

    read_queries()
