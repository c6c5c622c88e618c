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
_THREADS = "OPENBLAS_NUM_THREADS"


def load_numpy() -> Any:
    """Return numpy, kept from starting threads for linear algebra, of which there is none: they cost 20 ms and some MB.

    What is started from the window, an editor for example, must not find that in its environment.
    """
    if _THREADS in os.environ:
        import numpy  # noqa: ICN001, PLC0415 - see above
    else:
        os.environ[_THREADS] = "1"
        import numpy  # noqa: ICN001, PLC0415 - see above

        os.environ.pop(_THREADS, None)
    return numpy
