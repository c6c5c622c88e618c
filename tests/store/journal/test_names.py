"""The names of segments."""

from __future__ import annotations

import pytest

from spanglass_store.journal.names import is_segment_name, segment_name


def test_names_sort_by_the_time_they_were_opened():
    early, late = segment_name(999_999_999_999, 9, "ffffffff"), segment_name(1_795_419_724_883, 1, "00000000")
    assert early < late
    assert is_segment_name(early)
    assert is_segment_name(late)


@pytest.mark.parametrize(
    "name", ["", ".ndjson", "1795419724883-1-0000000g.ndjson", "1795419724883-1-00000000.ndjson.tmp", "a/b.ndjson"]
)
def test_other_files_are_no_segments(name):
    assert not is_segment_name(name)
