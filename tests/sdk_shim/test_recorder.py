"""The way of rows into a store."""

from __future__ import annotations

import pytest

import spanglass
from spanglass import recorder
from spanglass.identifiers import TraceContextIds
from spanglass.recorder import Recorder, open_recorder
from spanglass.sink import MemorySink
from spanglass_store.journal.lines import decode_line
from spanglass_store.location import ensure_store


@pytest.fixture
def memory(store_path):
    return Recorder(ensure_store(store_path), MemorySink(), TraceContextIds())


def test_a_row_is_its_head_a_stamp_and_its_fields(memory):
    memory.record('{"id":"a"', {"input": 1}, "5")
    memory.record('{"id":"a"', {}, "6")
    first, second = map(decode_line, memory.sink.lines)
    assert first == {"id": "a", "_stamp": 5, "input": 1}
    assert second == {"id": "a", "_stamp": 6}


def test_one_store_has_one_recorder(store_path, tmp_path):
    assert open_recorder(store_path) is open_recorder(str(store_path))
    assert open_recorder(store_path) is not open_recorder(tmp_path / "other")


def test_a_store_that_cannot_be_made_is_said_once_and_everything_goes_on(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    logger = spanglass.init_logger("demo", store=tmp_path / "file")
    with logger.start_span(name="s") as span:
        span.log(input=spanglass.Attachment(data=b"x", filename="x", content_type="x/y"))
    spanglass.init_logger("again", store=tmp_path / "file")
    spanglass.flush()
    assert span.export()
    assert span.permalink().startswith("spanglass://trace/")
    said = capsys.readouterr().err
    assert said.count("spanglass:") == 1
    assert "nothing is recorded" in said
    assert str(tmp_path / "file") in said
    assert recorder.list_recorders()[0].sink.seal() >= 3


def test_a_newer_store_is_left_alone(store_path, capsys):
    ensure_store(store_path)
    file = store_path / "store.json"
    file.write_text(file.read_text().replace('"format": 1', '"format": 99'))
    spanglass.init_logger("demo", store=store_path).log(input=1)
    assert list((store_path / "journal").iterdir()) == []
    assert "newer Spanglass" in capsys.readouterr().err
