"""The version of the SDK, as segments note it."""

from spanglass_store.version import __version__

__all__ = ["__version__"]
