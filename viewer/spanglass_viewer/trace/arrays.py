"""numpy under its usual name, loaded when something is first asked of it: the window is painted before that."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
else:

    class _Numpy:
        """Keeps what was asked for, so that it costs no more than with the module itself."""

        def __getattr__(self, name: str) -> Any:
            value = getattr(load_numpy(), name)
            setattr(self, name, value)
            return value

    np = _Numpy()

__all__ = ["NOTHING", "load_numpy", "np"]

# What an array is until there is a trace: as long as an empty one.
NOTHING: Any = ()
# For linear algebra, of which there is none, numpy starts threads: 20 ms, and some MB. Large arrays it asks the system
# to lay on pages of 2 MB, of which one stays whole as long as any byte of it is in use: 10 to 25 MB beside a million
# spans, the more the longer the window stands, and opening them is no faster.
_SETTINGS = {"OPENBLAS_NUM_THREADS": "1", "NUMPY_MADVISE_HUGEPAGE": "0"}


def load_numpy() -> Any:
    """Return numpy, without what is of no use here.

    What is started from the window, an editor for example, must not find its settings in its environment.
    """
    ours = {name: value for name, value in _SETTINGS.items() if name not in os.environ}
    os.environ.update(ours)
    import numpy  # noqa: ICN001, PLC0415 - see above

    for name in ours:
        os.environ.pop(name, None)
    return numpy
