"""The names of segments: `<ms>-<pid>-<rand>.ndjson`, sortable by the time they were opened."""

from __future__ import annotations

import re

SEGMENT_SUFFIX = ".ndjson"
SEGMENT_NAME = re.compile(r"(?P<opened_ms>\d{13})-(?P<pid>\d{1,10})-(?P<rand>[0-9a-f]{8})\.ndjson")


def segment_name(opened_ms: int, pid: int, rand: str) -> str:
    """Return the file name of a segment opened at `opened_ms` (ms since the epoch) by `pid`; `rand` is 8 hex digits."""
    return f"{opened_ms:013d}-{pid}-{rand}{SEGMENT_SUFFIX}"


def is_segment_name(name: str) -> bool:
    """Tell whether a file in the journal folder is a segment of ours."""
    return SEGMENT_NAME.fullmatch(name) is not None
