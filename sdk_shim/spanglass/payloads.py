"""Copies of what is written, one file a write, in the form in which Braintrust's SDK keeps its requests."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from spanglass import failures

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# Lines that are no rows: the states of attachments.
_NO_ROW = b'{"_line":'


def save_payload(folder: Path, lines: Sequence[bytes]) -> None:
    """Save the rows among the lines as `payload_<secs>_<rand>.json`. Never raises: a failure is said once."""
    rows = [line.rstrip(b"\n") for line in lines if not line.startswith(_NO_ROW)]
    if not rows:
        return
    payload = b'{"rows":[' + b",".join(rows) + b'],"api_version":2}'
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"payload_{time.time():.6f}_{os.urandom(4).hex()}.json").write_bytes(payload)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        failures.say_once(f"a copy of the rows cannot be written: {reason}. The rows are logged all the same. {folder}")
