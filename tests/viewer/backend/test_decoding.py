from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_viewer.backend.decoding import Decoded, JsonDecoder

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_answers_come_later_in_order_with_their_numbers(qtbot: QtBot) -> None:
    decoder = JsonDecoder()
    answers: list[Decoded] = []
    decoder.decoded.connect(answers.append)
    numbers = [decoder.request("[1]"), decoder.request("[")]
    assert not decoder.is_idle
    qtbot.waitUntil(lambda: decoder.is_idle)
    decoder.stop()
    assert [answer.number for answer in answers] == numbers
    assert answers[0].value == [1]
    assert answers[1].problem is not None
