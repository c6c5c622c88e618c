"""numpy under its usual name, loaded when something is first asked of it: the window is painted before that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spanglass_viewer.trace.loading import loading_with

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
    """Return numpy, without what is of no use here."""
    with loading_with(_SETTINGS):
        import numpy  # noqa: ICN001, PLC0415 - see above
    return numpy
