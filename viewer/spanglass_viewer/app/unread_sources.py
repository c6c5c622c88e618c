"""Keeps PySide from reading the source of every module that is loaded after it."""

from __future__ import annotations

import sys


def leave_sources_unread() -> None:
    """Tell PySide, which is loaded, that no module asks for its `__feature__`; called before the window's are loaded.

    It looks for its own name in each source, through `linecache`, where all of them stay: 12 MB when the window is
    painted, 25 MB once prices are there, and a twelfth of the time of loading.
    """
    feature = sys.modules.get("shibokensupport.feature")
    if feature is not None:
        vars(feature)["_mod_uses_pyside"] = _uses_no_feature


def _uses_no_feature(_module: object) -> bool:
    return False
