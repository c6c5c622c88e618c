"""The faces of a store: the window (PySide6) and the command line."""
