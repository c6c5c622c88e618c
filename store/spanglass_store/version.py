"""The version, in the one place where it stands: the build reads it here, as segments and `--version` do."""

__version__ = "0.1.0"
