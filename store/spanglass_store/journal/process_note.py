"""The first line of every segment: which process wrote it."""

from __future__ import annotations

import os
import platform
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spanglass_store.journal.lines import Line

_MAX_ARGUMENTS = 64
_MAX_ARGUMENT_CHARS = 1000
_COMMIT_CHARS = 40


def make_process_note(process_id: str, sdk_version: str) -> Line:
    """Return the note of the running process; `process_id` is shared by all of its segments. Never raises."""
    return {
        "_line": "process",
        "_stamp": time.time_ns(),
        "process": process_id,
        "pid": os.getpid(),
        "argv": [_clean(argument) for argument in sys.argv[:_MAX_ARGUMENTS]],
        "host": platform.node(),
        "python": platform.python_version(),
        "cwd": _working_directory(),
        "git_commit": find_git_commit(),
        "sdk_version": sdk_version,
    }


def find_git_commit(folder: Path | None = None) -> str | None:
    """Return the commit checked out around `folder` (default: the working directory), read without git."""
    try:
        here = folder or Path.cwd()
        git = next(path for place in (here, *here.parents) if (path := place / ".git").exists())
        if git.is_file():  # a worktree or a submodule: the file names the folder
            git = (git.parent / git.read_text("utf-8").removeprefix("gitdir:").strip()).resolve()
        head = (git / "HEAD").read_text("utf-8").strip()
        commit = _resolve_ref(git, head.removeprefix("ref:").strip()) if head.startswith("ref:") else head
    except (OSError, ValueError, StopIteration):
        return None
    return commit if commit and len(commit) >= _COMMIT_CHARS else None


def _resolve_ref(git: Path, ref: str) -> str | None:
    common_file = git / "commondir"
    common = (git / common_file.read_text("utf-8").strip()) if common_file.exists() else git
    for folder in (git, common):
        if (folder / ref).is_file():
            return (folder / ref).read_text("utf-8").strip()
    for line in (common / "packed-refs").read_text("utf-8").splitlines():
        commit, _, name = line.partition(" ")
        if name == ref:
            return commit
    return None


def _working_directory() -> str | None:
    try:
        return _clean(str(Path.cwd()))
    except OSError:  # it was deleted
        return None


def _clean(text: str) -> str:
    """Return text that JSON can hold: an argument or a path may have bytes that are no UTF-8."""
    return text[:_MAX_ARGUMENT_CHARS].encode("utf-8", "backslashreplace").decode("utf-8")
