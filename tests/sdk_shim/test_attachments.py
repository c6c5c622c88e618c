"""Attachments: the reference in the row, the bytes in the store, the states between."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import dataclass

import pytest

import spanglass
from spanglass import Attachment, ExternalAttachment, JSONAttachment, uploads
from spanglass_store.blobs import files
from spanglass_store.blobs.files import blob_path


def photo(data=b"pixels", **more):
    return Attachment(**{"data": data, "filename": "a.png", "content_type": "image/png", **more})


def states(journal, attachment):
    return [line for line in journal.attachments if line["key"] == attachment.key]


def test_the_row_holds_a_reference_and_the_store_the_bytes(logger, journal, store_path):
    attachment = photo()
    logger.log(input={"img": attachment, "list": [attachment]})
    spanglass.flush()
    reference = {
        "type": "braintrust_attachment",
        "filename": "a.png",
        "content_type": "image/png",
        "key": attachment.key,
    }
    assert journal.only_span["input"] == {"img": reference, "list": [reference]}
    uploading, done = states(journal, attachment)
    assert uploading["state"] == "uploading"
    assert done["state"] == "done"
    assert done["digest"] == hashlib.sha256(b"pixels").hexdigest()
    assert done["size_bytes"] == 6
    assert (done["filename"], done["content_type"]) == ("a.png", "image/png")
    assert blob_path(store_path, done["digest"]).read_bytes() == b"pixels"


def test_an_attachment_logged_twice_is_stored_once(logger, journal):
    attachment = photo()
    span = logger.start_span(input=attachment)
    span.log(output=attachment)
    spanglass.flush()
    assert [line["state"] for line in states(journal, attachment)] == ["uploading", "done"]


def test_a_file_deleted_after_the_call_is_not_lost(logger, journal, store_path, tmp_path, monkeypatch):
    may_start = threading.Event()
    put_file = files.put_file

    def late(*args):
        may_start.wait(10)
        return put_file(*args)

    monkeypatch.setattr(files, "put_file", late)
    path = tmp_path / "a.png"
    path.write_bytes(b"pixels")
    attachment = photo(str(path))
    logger.log(input=attachment)
    path.unlink()
    path.write_bytes(b"something else")
    may_start.set()
    spanglass.flush()
    done = states(journal, attachment)[-1]
    assert blob_path(store_path, done["digest"]).read_bytes() == b"pixels"


@pytest.mark.parametrize("name", ["missing.png", "a\0b", "."])
def test_a_file_that_cannot_be_read_is_an_error_of_the_attachment(logger, journal, tmp_path, name):
    attachment = photo(tmp_path / name)
    logger.log(input={"img": attachment, "q": 1})
    spanglass.flush()
    assert journal.only_span["input"]["q"] == 1
    last = states(journal, attachment)[-1]
    assert last["state"] == "error"
    assert last["error"]
    assert "digest" not in last


def test_bytes_are_taken_as_they_are_at_the_call(logger, journal, store_path):
    data = bytearray(b"before")
    attachment = photo(data)
    data[:] = b"after!"
    assert attachment.data == b"before"
    logger.log(input=attachment)
    spanglass.flush()
    assert blob_path(store_path, states(journal, attachment)[-1]["digest"]).read_bytes() == b"before"


def test_a_name_never_decides_where_bytes_go(logger, journal, store_path):
    attachment = photo(filename="../../../escape.png")
    logger.log(input=attachment)
    spanglass.flush()
    assert states(journal, attachment)[-1]["filename"] == "../../../escape.png"
    assert not list(store_path.parent.rglob("escape.png"))


def test_an_attachment_inside_a_dataclass_and_a_hostile_value_is_kept(logger, journal):
    @dataclass
    class Message:
        image: Attachment

    attachment = photo()
    logger.log(input=Message(attachment), output={1: attachment, "nan": float("nan")})
    spanglass.flush()
    assert journal.only_span["input"]["image"]["key"] == attachment.key
    assert journal.only_span["output"]["1"]["key"] == attachment.key
    assert states(journal, attachment)[-1]["state"] == "done"


def test_the_caller_does_not_wait_for_the_copy(logger, journal, monkeypatch):
    may_end = threading.Event()
    put_bytes = files.put_bytes

    def slow(*args):
        may_end.wait(10)
        return put_bytes(*args)

    monkeypatch.setattr(files, "put_bytes", slow)
    attachment = photo()
    logger.log(input=attachment)
    assert "done" not in {line["state"] for line in states(journal, attachment)}
    may_end.set()
    spanglass.flush()
    assert states(journal, attachment)[-1]["state"] == "done"


def test_pending_work_is_bounded(logger, journal, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_PENDING_FILES", 1)
    may_end = threading.Event()
    put_bytes = files.put_bytes
    callers = []

    def slow(*args):
        callers.append(threading.current_thread())
        if callers[-1] is not threading.main_thread():
            may_end.wait(10)
        return put_bytes(*args)

    monkeypatch.setattr(files, "put_bytes", slow)
    first, second = photo(b"1"), photo(b"2")
    logger.log(input=first)
    logger.log(input=second)
    assert states(journal, second)[-1]["state"] == "done"
    may_end.set()
    spanglass.flush()
    assert threading.main_thread() in callers
    assert states(journal, first)[-1]["state"] == "done"


def test_a_full_disk_is_an_error_of_the_attachment(logger, journal, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "put_bytes", full)
    attachment = photo()
    logger.log(input=attachment)
    spanglass.flush()
    assert "No space left" in states(journal, attachment)[-1]["error"]


def test_the_thread_ends_when_there_is_nothing_to_do(logger, monkeypatch):
    monkeypatch.setattr(uploads, "IDLE_SECS", 0.01)
    for _ in range(2):
        logger.log(input=photo())
        spanglass.flush()
        for thread in threading.enumerate():
            if thread.name == "spanglass-attachments":
                thread.join(10)
                assert not thread.is_alive()


def test_a_flush_that_takes_too_long_goes_on_and_says_so(logger, monkeypatch, capsys):
    may_end = threading.Event()
    put_bytes = files.put_bytes

    def slow(*args):
        may_end.wait(10)
        return put_bytes(*args)

    monkeypatch.setattr(files, "put_bytes", slow)
    logger.log(input=photo())
    logger.container.recorder.flush(timeout_secs=0.01)
    assert "still being stored" in capsys.readouterr().err
    may_end.set()


def test_what_is_pending_at_the_exit_is_stored_or_said(logger, journal, monkeypatch):
    may_end = threading.Event()
    put_bytes = files.put_bytes

    def slow(*args):
        may_end.wait(10)
        return put_bytes(*args)

    monkeypatch.setattr(files, "put_bytes", slow)
    attachment = photo()
    logger.log(input=attachment)
    assert logger.container.recorder.uploads.finish(0.01) == 1
    assert "program ended" in states(journal, attachment)[-1]["error"]
    may_end.set()


def test_without_a_thread_the_exit_stores_what_is_pending(logger, journal, monkeypatch):
    def no_thread(_self):
        raise RuntimeError("can't create new thread at interpreter shutdown")

    monkeypatch.setattr(threading.Thread, "start", no_thread)
    attachment = photo()
    logger.log(input=attachment)
    assert logger.container.recorder.uploads.finish(5) == 0
    assert states(journal, attachment)[-1]["state"] == "done"


def test_json_attachments_are_files_of_the_value(logger, journal, store_path):
    value = {"a": [1, None, float("nan")], "big": 2**70, "text": "é"}
    plain, pretty = JSONAttachment(value), JSONAttachment(value, filename="p.json", pretty=True)
    value["a"] = "changed"
    assert plain.filename == "data.json"
    assert plain.content_type == pretty.content_type == "application/json"
    expected = {"a": [1, None, "NaN"], "big": 2**70, "text": "é"}
    assert json.loads(plain.data) == json.loads(pretty.data) == expected
    assert pretty.data.decode().startswith('{\n  "a": [\n    1,')
    assert "é" in pretty.data.decode()
    logger.log(input=plain)
    spanglass.flush()
    assert blob_path(store_path, states(journal, plain)[-1]["digest"]).read_bytes() == plain.data


def test_external_attachments_are_references_alone(logger, journal):
    external = ExternalAttachment(url="s3://b/k.png", filename="k.png", content_type="image/png")
    logger.log(input=external)
    spanglass.flush()
    assert journal.only_span["input"] == {
        "type": "external_attachment",
        "filename": "k.png",
        "content_type": "image/png",
        "url": "s3://b/k.png",
    }
    assert journal.attachments == []
    with pytest.raises(OSError, match="not fetched"):
        _ = external.data


def test_data_reads_the_bytes_back(tmp_path):
    (tmp_path / "a").write_bytes(b"file")
    assert photo(tmp_path / "a").data == b"file"
    assert photo(b"bytes").data == b"bytes"
    assert photo().debug_info()["reference"]["filename"] == "a.png"
    assert repr(photo()) == "Attachment(filename='a.png', content_type='image/png')"
