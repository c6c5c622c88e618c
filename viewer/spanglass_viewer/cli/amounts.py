"""Sizes and ages as they are typed: `256MB`, `30d`."""

from __future__ import annotations

import argparse
import re

_AMOUNT = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[a-z]*)", re.IGNORECASE)
_BYTES = {"": 1, "b": 1}
for _power, _letter in enumerate("kmgt", start=1):
    _BYTES.update({_letter: 1000**_power, f"{_letter}b": 1000**_power, f"{_letter}ib": 1024**_power})
_SECS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


def size_bytes(text: str) -> int:
    """Return a size such as `256MB`, `1.5gb` or `0` in bytes. Raises ArgumentTypeError."""
    return int(_read(text, _BYTES, "a size, such as 500MB or 2GB"))


def age_secs(text: str) -> float:
    """Return an age such as `12h`, `30d` or `2w` in seconds. Raises ArgumentTypeError."""
    return _read(text, _SECS, "an age, such as 12h, 30d or 2w")


def _read(text: str, units: dict[str, int], expected: str) -> float:
    found = _AMOUNT.fullmatch(text.strip())
    if found is None or found["unit"].lower() not in units:
        raise argparse.ArgumentTypeError(f"{text!r} is not {expected}")
    return float(found["number"]) * units[found["unit"].lower()]
