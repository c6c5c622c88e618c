"""One window a store: how a second start reaches the window that is open, before Qt is loaded; plain Python."""
