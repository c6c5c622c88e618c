"""The journal: what processes append and one process merges."""
