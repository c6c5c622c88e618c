from __future__ import annotations

import sys

import numpy as np
import pytest

from spanglass_store.database.row_texts import RowTexts


def _texts(*pairs: tuple[int, str]) -> RowTexts:
    texts = np.empty(len(pairs), object)
    texts[:] = [text for _, text in pairs]
    return RowTexts(np.array([row for row, _ in pairs], np.int32), texts)


def test_a_text_is_found_by_its_row_whatever_order_they_came_in() -> None:
    texts = _texts((7, "seven"), (2, "two"), (5, "five"))
    assert dict(texts) == {2: "two", 5: "five", 7: "seven"}
    assert (texts[2], texts[5], texts[7], len(texts)) == ("two", "five", "seven", 3)


@pytest.mark.parametrize("row", [-1, 0, 3, 8])
def test_a_row_without_a_text_has_none(row: int) -> None:
    texts = _texts((7, "seven"), (2, "two"))
    assert row not in texts
    assert texts.get(row, "") == ""
    assert row not in _texts()


def test_a_text_costs_no_more_than_its_place() -> None:
    count = 10_000
    texts = RowTexts(np.arange(count, dtype=np.int32), np.full(count, "text", object))
    held = sum(sys.getsizeof(value) for value in vars(texts).values())
    assert held < 13 * count, "a dictionary takes 80 bytes and more"
