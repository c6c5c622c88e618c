"""The version of the SDK, as segments note it."""

__version__ = "0.1.0.dev0"
