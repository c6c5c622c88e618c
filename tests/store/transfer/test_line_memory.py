from __future__ import annotations

import hashlib
import tracemalloc

from spanglass_store.transfer import line_memory
from spanglass_store.transfer.line_memory import ContentCounts, RecentStamps


def digest_of(number: int) -> bytes:
    return hashlib.sha256(str(number).encode()).digest()


def test_a_later_row_of_a_span_has_a_later_stamp_while_it_is_remembered() -> None:
    stamps = RecentStamps(recent_rows=10)
    assert [stamps.next_stamp("a", stamp) for stamp in (100, 100, 50, 200)] == [100, 101, 102, 200]
    for number in range(9):
        stamps.next_stamp(f"between {number}", 1)
    assert stamps.next_stamp("a", 100) == 201
    for number in range(20):
        stamps.next_stamp(f"after {number}", 1)
    assert stamps.next_stamp("a", 100) == 100


def test_contents_are_counted_each_by_itself() -> None:
    contents = ContentCounts()
    assert [contents.count(digest_of(number)) for number in (1, 2, 1, 1, 2, 3)] == [0, 0, 1, 2, 1, 0]


def test_contents_that_look_alike_still_get_numbers_of_their_own(monkeypatch) -> None:
    monkeypatch.setattr(line_memory, "_PLACES", 8)  # all look alike soon
    contents = ContentCounts()
    found = [(number % 50, contents.count(digest_of(number % 50))) for number in range(200)]
    assert len(set(found)) == 200


def test_neither_grows_with_the_file() -> None:
    stamps, contents = RecentStamps(recent_rows=1000), ContentCounts()
    tracemalloc.start()
    try:
        for number in range(20_000):
            stamps.next_stamp(f"row {number}", number)
            contents.count(digest_of(number))
            if number == 5000:
                at_first, _ = tracemalloc.get_traced_memory()
        assert tracemalloc.get_traced_memory()[0] < at_first + 200_000
    finally:
        tracemalloc.stop()
