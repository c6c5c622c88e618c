"""Attachments read back from the store."""

from __future__ import annotations

import pytest

import spanglass
from spanglass import Attachment, ExternalAttachment, ReadonlyAttachment
from spanglass_store.database.reader import open_store


@pytest.fixture
def reference(logger):
    """The reference of an attachment that was logged."""
    attachment = Attachment(data=b"the bytes", filename="a.txt", content_type="text/plain")
    logger.log(input=attachment)
    return dict(attachment.reference)


def test_an_attachment_is_read_back_before_the_merge(reference, store_path):
    readonly = ReadonlyAttachment(reference)
    assert readonly.data == b"the bytes"
    assert readonly.status() == {"upload_status": "done"}
    metadata = readonly.metadata()
    assert metadata["downloadUrl"].startswith((store_path / "blobs").as_uri())
    assert metadata["status"] == {"upload_status": "done"}
    assert (readonly.filename, readonly.content_type) == ("a.txt", "text/plain")
    assert repr(readonly) == "ReadonlyAttachment(filename='a.txt', content_type='text/plain')"
    assert not (store_path / "traces.duckdb").exists()


def test_an_attachment_is_read_back_after_the_merge(reference, store_path, logger):
    spanglass.flush()
    logger.container.recorder.sink.seal()
    with open_store(store_path):
        pass
    assert list((store_path / "journal").iterdir()) == []
    readonly = ReadonlyAttachment(reference, store=store_path)
    assert readonly.data == b"the bytes"
    assert readonly.status() == {"upload_status": "done"}


def test_an_attachment_that_failed_says_why(logger, tmp_path):
    attachment = Attachment(data=str(tmp_path / "gone"), filename="a.txt", content_type="text/plain")
    logger.log(input=attachment)
    readonly = ReadonlyAttachment(attachment.reference)
    assert readonly.status()["upload_status"] == "error"
    assert readonly.status()["error_message"] == f"No such file or directory: {tmp_path / 'gone'}"
    for read in (lambda: readonly.data, readonly.metadata):
        with pytest.raises(OSError, match=r"'a\.txt' cannot be read: .*No such file"):
            read()


def test_an_unknown_attachment_says_so(reference):
    readonly = ReadonlyAttachment({**reference, "key": "another"})
    assert readonly.status()["upload_status"] == "error"
    with pytest.raises(OSError, match="the store knows no such attachment"):
        assert readonly.data


def test_an_external_attachment_is_not_fetched():
    external = ExternalAttachment(url="s3://b/k", filename="k", content_type="x/y")
    readonly = ReadonlyAttachment(external.reference)
    assert readonly.metadata() == {"downloadUrl": "s3://b/k", "status": {"upload_status": "done"}}
    with pytest.raises(OSError, match="is not fetched: s3://b/k"):
        assert readonly.data


@pytest.mark.parametrize(
    "reference", [{}, {"type": "braintrust_attachment"}, {"type": "external_attachment", "key": "k"}]
)
def test_what_is_no_reference_is_refused(reference):
    with pytest.raises(ValueError, match="not the reference of an attachment"):
        ReadonlyAttachment(reference)
