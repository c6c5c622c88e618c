from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_viewer.backend.decoding import Decoded, JsonDecoder
from spanglass_viewer.values.media import MediaResolver
from spanglass_viewer.values.presentation import TextBlock

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

PIXEL = "data:image/png;base64,iVBORw0KGgo="


def test_answers_come_later_in_order_with_their_numbers(qtbot: QtBot) -> None:
    decoder, resolver = JsonDecoder(), MediaResolver({}, {})
    answers: list[Decoded] = []
    decoder.decoded.connect(answers.append)
    numbers = [decoder.request("Input", f'["{PIXEL}"]', resolver), decoder.request("Input", "[", resolver)]
    assert not decoder.is_idle
    qtbot.waitUntil(lambda: decoder.is_idle)
    decoder.stop()
    assert [answer.number for answer in answers] == numbers
    assert answers[0].reading.value == [PIXEL]
    assert [item.content_type for item in answers[0].reading.media] == ["image/png"]
    assert answers[1].reading.block == TextBlock("[")
