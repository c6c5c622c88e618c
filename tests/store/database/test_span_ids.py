from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spanglass_store.database.span_ids import SpanIds, key_of

TEXTS = st.lists(
    st.integers(0, 2**64 - 1).map("{:016x}".format)
    | st.uuids().map(str)
    | st.text(max_size=20)
    | st.sampled_from(
        ["0" * 15, "0" * 17, "ABCDEF0123456789", "0x00000000000000", " 00000000000000f", "0_0" * 5 + "0"]
    ),
    max_size=20,
)


@given(TEXTS)
def test_ids_come_back_as_they_were(texts: list[str]) -> None:
    ids = SpanIds.of_texts(texts)
    assert [*ids] == texts
    assert [ids[span] for span in range(len(ids))] == texts
    assert ids.keys.tolist() == [key_of(text) for text in texts]


@given(TEXTS)
def test_ids_read_from_the_store_are_the_same(texts: list[str]) -> None:
    whole = SpanIds.of_texts(texts)
    order = np.argsort(-whole.other_places)  # the store gives them in no order
    numbers = whole.keys.copy()
    numbers[whole.other_places] = 0
    read = SpanIds.of_numbers(numbers, whole.other_places[order], whole.other_texts[order])
    assert [*read] == texts
    assert read.keys.tolist() == whole.keys.tolist()


@given(st.integers(0, 2**32), st.integers(0, 400))
def test_many_are_found_among_very_many_each_the_earliest(seed: int, wanted: int) -> None:
    draw = np.random.default_rng(seed)
    keys = draw.integers(0, 9000, 20_000, np.uint64)  # many twice or more, some not there
    ids = SpanIds(keys, np.zeros(0, np.int64), np.zeros(0, object))
    asked = draw.integers(0, 9100, wanted, np.uint64)
    places: dict[int, int] = {}
    for place, key in enumerate(keys.tolist()):
        places.setdefault(key, place)
    assert ids.find_keys(asked).tolist() == [places.get(key, -1) for key in asked.tolist()]
