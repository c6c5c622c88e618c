"""Where in the user's code a client was called: the frames of the client's own package are passed over."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from spanglass.caller import is_own_file

if TYPE_CHECKING:
    from types import FrameType


# Where the wrappers of methods marked as deprecated live, over the versions of Python.
_DECORATORS = frozenset({"typing_extensions", "warnings", "_py_warnings"})


def find_user_context(package: str) -> dict[str, Any] | None:
    """Return the `context` of the nearest frame that belongs neither to us nor to the package; None without one."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - inspect's way costs far more
    while frame is not None:
        code = frame.f_code
        module = str(frame.f_globals.get("__name__")).partition(".")[0]
        if module != package and module not in _DECORATORS and not is_own_file(code.co_filename):
            return {
                "caller_functionname": code.co_name,
                "caller_filename": code.co_filename.encode("utf-8", "backslashreplace").decode(),
                "caller_lineno": frame.f_lineno,
            }
        frame = frame.f_back
    return None
