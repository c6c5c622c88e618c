"""The commands, one module each; `main.COMMANDS` is their table."""
