"""The three panes of the window, and their cards."""
