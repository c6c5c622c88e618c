from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from spanglass_store.database.segments import list_segments, read_batch

if TYPE_CHECKING:
    from pathlib import Path


def test_only_segments_are_listed_in_their_order(tmp_path: Path):
    names = ["1795000000002-1-0000000a.ndjson", "1795000000001-77-0000000b.ndjson"]
    for name in [*names, "notes.txt", "1795000000001-1-0000000b.ndjson.draft"]:
        (tmp_path / name).write_bytes(b"x")
    found = list_segments(tmp_path)
    assert [segment.name for segment in found] == sorted(names)
    assert (found[0].pid, found[0].size_bytes) == (77, 1)


def test_no_folder_has_no_segments(tmp_path: Path):
    assert list_segments(tmp_path / "missing") == []


def test_a_line_longer_than_a_batch_is_read_whole(tmp_path: Path):
    path = tmp_path / "segment"
    path.write_bytes(b"x" * 5000 + b"\nshort\n")
    batch = read_batch(path, 0, max_bytes=100, max_lines=10, is_living=True)
    assert next(len(line) for _, line in batch.lines) == 5001


@settings(max_examples=200)
@given(
    st.lists(
        st.binary(max_size=12).filter(lambda line: b"\n" not in line and line.strip(b" \t\r\x0b\x0c")), max_size=8
    ),
    st.binary(max_size=6).filter(lambda tail: b"\n" not in tail),
    st.integers(1, 40),
    st.integers(1, 4),
)
def test_batches_of_any_size_hand_out_every_line_once(
    tmp_path: Path, lines: list[bytes], tail: bytes, max_bytes: int, max_lines: int
):
    path = tmp_path / "segment"
    raw = b"".join(line + b"\n" for line in lines)
    path.write_bytes(raw + tail)
    offset, found, torn = 0, [], None
    while offset < len(raw + tail):
        batch = read_batch(path, offset, max_bytes=max_bytes, max_lines=max_lines, is_living=False)
        assert batch.end_offset > offset
        for start, line in batch.lines:
            assert (raw + tail)[start : start + len(line)] == line
        found += [line.removesuffix(b"\n") for _, line in batch.lines]
        offset, torn = batch.end_offset, batch.torn or torn
    assert found == lines
    assert (torn.raw if torn else b"") == tail


def test_a_living_writers_tail_is_left_for_later(tmp_path: Path):
    path = tmp_path / "segment"
    path.write_bytes(b"one\ntw")
    batch = read_batch(path, 0, max_bytes=100, max_lines=10, is_living=True)
    assert ([line for _, line in batch.lines], batch.end_offset, batch.torn) == ([b"one\n"], 4, None)
