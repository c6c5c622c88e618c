"""The folder that `python -m spanglass run` puts on the program's path."""
