"""Functions of the C library that are called as they are, with the interpreter's lock held."""

from __future__ import annotations

import os
from typing import Any


def load_c_function(name: str) -> Any:
    """Return the function, which returns a C int unless its `restype` is set; None where there is none.

    It has no argtypes: the conversions they name cost 0.3 µs a call, and what is handed over here needs none.
    On demand, as `ctypes` costs 1.5 ms to import.
    """
    if os.name != "posix":
        return None
    try:
        import ctypes  # noqa: PLC0415 - see above

        return ctypes.PyDLL(None)[name]  # PyDLL keeps the interpreter's lock, CDLL would give it away
    except (ImportError, OSError, AttributeError):
        return None
