"""Environment variables that a library reads as it is loaded, and nobody after it."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping


@contextlib.contextmanager
def loading_with(settings: Mapping[str, str]) -> Generator[None]:
    """Set those variables that the user has not set, and take them away again.

    What is started from the window, an editor for example, must not find its settings in its environment.
    """
    ours = {name: value for name, value in settings.items() if name not in os.environ}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name in ours:
            os.environ.pop(name, None)
