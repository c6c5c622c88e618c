"""The environment's faults: what a user can mend, said in a sentence with the path last."""

from __future__ import annotations

from pathlib import Path


class StoreFault(Exception):  # noqa: N818 - a fault is the environment's, an error ours
    """The environment, not the program, is in the way: a full disk, a missing permission, a file in use.

    `sentence` says what happened, what is safe and what to do; `path` is shown last.
    """

    def __init__(self, sentence: str, path: str | Path | None = None) -> None:
        """Keep the sentence (without its path) and the path apart, so that a face can lay them out."""
        super().__init__(sentence if path is None else f"{sentence} {path}")
        self.sentence = sentence
        self.path = None if path is None else Path(path)


class UnknownFormat(StoreFault):
    """The store was written by a newer Spanglass; nothing in it was touched."""


class StoreBusy(StoreFault):
    """Another process holds the database file; the journal keeps what is logged meanwhile."""


class NotAStore(StoreFault):
    """The folder is not a store and may not become one."""


class DamagedTables(StoreFault):
    """The database file was truncated or overwritten; the journal and the blobs are files of their own."""


class DamagedLog(DamagedTables):
    """The log beside the database file is damaged; the file itself is sound, but for what only the log held."""


class Interrupted(Exception):  # noqa: N818 - it names what happened to the work
    """Somebody who may do so cancelled what was being done; nothing of it was done."""
