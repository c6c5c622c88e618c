from __future__ import annotations

from typing import TYPE_CHECKING

from journal_rows import JournalWriter, root_id

from spanglass_store import open_store
from spanglass_store.database.comparing import list_payload_digests

if TYPE_CHECKING:
    from pathlib import Path


def test_an_attachment_counts_by_its_bytes(store_path: Path) -> None:
    journal = JournalWriter(store_path)
    photos = [journal.attach(f"key-{number}", b"a photo", "a.png", "image/png") for number in (1, 2)]
    other = journal.attach("key-3", b"another photo", "a.png", "image/png")
    lost = other | {"key": "nobody has it"}
    inputs = [{"photo": photos[0], "key": "A"}, {"photo": photos[1], "key": "A"}, {"photo": photos[1], "key": "B"},
              {"photo": other, "key": "A"}, {"photo": lost, "key": "A"},
              {"key": "A"}, {"key": "A"}, {"key": "B"}]  # fmt: skip
    for trace, value in enumerate(inputs, 1):
        journal.span(trace * 10, trace=trace, input=value)
    journal.die()
    with open_store(store_path) as store:
        digests = [[*list_payload_digests(store._cursor, root_id(n)).values()] for n in range(1, 9)]
    assert digests[0] == digests[1]
    assert digests[5] == digests[6]
    assert len({tuple(found) for found in digests}) == 6


def test_input_and_answer_count_apart_and_the_error_with_the_answer(store_path: Path) -> None:
    journal = JournalWriter(store_path)
    photo = journal.attach("key-1", b"a photo", "a.png", "image/png")
    for trace, fields in enumerate(
        (
            {"input": "a", "output": "b"},
            {"input": "a", "output": "c"},
            {"input": "a", "output": "b", "error": "X: y"},
            {"input": "a", "output": "b", "error": "X: z"},
            {"output": "b"},
            {"output": photo},
            {"output": photo, "error": "X: y"},
        ),
        1,
    ):
        journal.span(trace * 10, trace=trace, **fields)
    journal.die()
    with open_store(store_path) as store:
        digests = [list_payload_digests(store._cursor, root_id(n))[f"{n * 10:016x}"] for n in range(1, 8)]
    assert len({digest.input for digest in digests[:4]}) == 1
    assert [digest.input for digest in digests[4:]] == [None, None, None]
    assert len({digest.answer for digest in digests[:4]}) == 4
    assert digests[4].answer == digests[0].answer
    assert digests[5].answer != digests[6].answer
