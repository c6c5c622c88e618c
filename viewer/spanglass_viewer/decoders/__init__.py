"""Decoding of untrusted files, in a process of its own that may read one file, write one pipe, and nothing else."""
