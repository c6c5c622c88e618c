"""The loudspeakers, on the device that takes sound in its own time and lets nobody hear it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import miniaudio
import pytest

from spanglass_viewer.backend import sound_output
from spanglass_viewer.backend.sound_output import BYTES_A_FRAME, RATE, SoundOutput, find_sound_output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

SILENT = [miniaudio.Backend.NULL]


@pytest.fixture
def output() -> Iterator[SoundOutput]:
    output = SoundOutput(SILENT)
    yield output
    output.stop()


def test_what_is_written_is_played_once_and_then_nothing(output: SoundOutput, qtbot: QtBot) -> None:
    output.start()
    assert output.wants_more
    output.write(bytes(RATE * BYTES_A_FRAME // 5))
    qtbot.waitUntil(lambda: output.played_secs == pytest.approx(0.2 - sound_output._ASKED_AHEAD_SECS), timeout=5000)
    output.write(bytes(RATE * BYTES_A_FRAME))
    assert not output.wants_more
    qtbot.waitUntil(lambda: output.wants_more, timeout=5000)


def test_stopping_forgets_what_was_not_played_and_starting_begins_anew(output: SoundOutput, qtbot: QtBot) -> None:
    output.start()
    output.write(bytes(RATE * BYTES_A_FRAME * 60))
    qtbot.waitUntil(lambda: output.played_secs > 0.05, timeout=5000)
    output.stop()
    output.start()
    assert output.wants_more
    assert output.played_secs == 0.0


def test_samples_arrive_in_order_and_whole(output: SoundOutput) -> None:
    source = output._iter_periods()
    next(source)
    output.write(b"abcdefgh")
    output.write(b"ijkl")
    assert [source.send(1), source.send(5), source.send(5)] == [b"abcd", b"efghijkl", b""]


def test_a_machine_without_a_device_has_no_output(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound_output, "_list_backends", lambda: [miniaudio.Backend.WASAPI])  # of another system
    assert find_sound_output() is None
