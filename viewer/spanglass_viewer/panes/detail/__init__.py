"""The detail pane: one span, card by card."""
