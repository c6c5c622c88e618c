"""The command line: `spanglass`. Qt is loaded by the commands that open a window, and by them alone."""
