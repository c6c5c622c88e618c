"""A few mutated files before every decoder; `make fuzz` has more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fuzz import fuzz, list_samples

if TYPE_CHECKING:
    from pathlib import Path

ROUNDS = 15


@pytest.mark.parametrize(
    "format_name",
    ["PNG", "JPEG", "WebP", "GIF", "BMP", "AVIF", "TIFF", "ICO", "SVG", "PDF", "WAV", "MP3", "Ogg", "FLAC", "AIFF",
     "M4A", "MP4", "WebM", "AVI", "Parquet", "CSV", "JSON", "ZIP", "tar", "Compressed tar"],
)  # fmt: skip
def test_mutated_files_are_shown_or_refused(format_name: str, tmp_path: Path) -> None:
    sample = tmp_path / "sample"
    sample.write_bytes(list_samples(tmp_path)[format_name])
    outcome = fuzz(format_name, sample, ROUNDS)
    assert outcome.total == ROUNDS
    assert (outcome.ended, outcome.silent) == (0, 0), outcome.signals
    assert outcome.answered + outcome.refused == ROUNDS
