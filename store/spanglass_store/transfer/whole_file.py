"""A file of the user's choice, written whole or not at all; a device or a pipe is written as it is."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator


@contextlib.contextmanager
def whole_file(path: Path) -> Generator[Path]:
    """Yield where to write what takes the place of `path` at the end of the block; it stays as it was if that fails.

    Whoever may, so might root, would rename a file into the place of `/dev/full`: what is no file is written itself.
    Raises OSError where it cannot be written.
    """
    if path.is_dir():
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if path.exists() and not path.is_file():
        yield path  # `/dev/stdout` can be a pipe, which has no other name
        return
    target = Path(os.path.realpath(path))  # of a link, what it leads to
    draft = target.with_name(f".spanglass-{os.urandom(8).hex()}")
    try:
        yield draft
        with contextlib.suppress(OSError):
            shutil.copymode(target, draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
