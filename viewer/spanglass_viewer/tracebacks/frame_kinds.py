"""Whose code a path is: the user's, a library's, or the tracer's own."""

from __future__ import annotations

import re

from spanglass_viewer.tracebacks.parsed import FrameKind

_SDK = re.compile(r"[\\/](?:site-packages|dist-packages|sdk_shim)[\\/](?:spanglass|braintrust)[\\/]")
_LIBRARY = re.compile(
    r"[\\/](?:site-packages|dist-packages|node_modules)[\\/]"
    r"|[\\/]lib(?:64)?[\\/]python\d"
    r"|[\\/](?:Python\d+|pythoncore[^\\/]*)[\\/]Lib[\\/]"
    r"|^(?:<frozen |node:|internal/|bun:|ext:|/rustc/|webpack:///?webpack/|[a-z]+-extension://)"
    r"|[\\/]\.cargo[\\/]registry[\\/]",
)


def frame_kind(path: str) -> FrameKind:
    """Tell whose code a frame's path is in; what is not known as somebody else's is the user's."""
    if _SDK.search(path):
        return FrameKind.SDK
    return FrameKind.LIBRARY if _LIBRARY.search(path) else FrameKind.USER
