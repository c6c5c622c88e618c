from __future__ import annotations

import argparse

import pytest

from spanglass_viewer.cli.amounts import age_secs, size_bytes


@pytest.mark.parametrize(
    ("text", "expected"), [("0", 0), ("12", 12), ("256MB", 256_000_000), ("1.5 gb", 1_500_000_000), ("1KiB", 1024)]
)
def test_sizes(text: str, expected: int) -> None:
    assert size_bytes(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("90s", 90), ("12h", 43_200), ("30d", 2_592_000), ("1.5w", 907_200)])
def test_ages(text: str, expected: float) -> None:
    assert age_secs(text) == expected


@pytest.mark.parametrize("text", ["", "big", "-1MB", "1 parsec", "1e9"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is not a size"):
        size_bytes(text)
    with pytest.raises(argparse.ArgumentTypeError, match="is not an age"):
        age_secs(text)


def test_an_age_needs_its_unit() -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        age_secs("30")
