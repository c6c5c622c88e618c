from __future__ import annotations

from spanglass_viewer.backend.newest_question import NewestQuestion


def test_a_newer_question_overtakes_the_older_ones_alone() -> None:
    newest = NewestQuestion()
    assert not newest.overtakes(1), "nobody has asked anything newer"
    newest.note(3)
    assert [newest.overtakes(number) for number in (1, 2, 3, 4)] == [True, True, False, False]
