"""Files that travel beside a row: the row holds a reference, the store the bytes."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from spanglass.identifiers import new_row_id
from spanglass.snapshot import snapshot_json

if TYPE_CHECKING:
    from collections.abc import Mapping

ATTACHMENT_TYPE = "braintrust_attachment"
EXTERNAL_ATTACHMENT_TYPE = "external_attachment"


class BaseAttachment:
    """Something that may stand anywhere in a logged value; the row holds its `reference`."""

    def __init__(self, *, filename: str, content_type: str) -> None:
        self.filename = filename
        self.content_type = content_type

    @property
    def reference(self) -> Mapping[str, str]:
        """Return what the row holds in place of the attachment."""
        raise NotImplementedError

    @property
    def data(self) -> bytes:
        """Return the attachment's bytes. Raises OSError where they cannot be read."""
        raise NotImplementedError

    def debug_info(self) -> Mapping[str, Any]:
        """Return what helps to find the attachment in a log."""
        return {"reference": self.reference}

    def __repr__(self) -> str:
        return f"{type(self).__name__}(filename={self.filename!r}, content_type={self.content_type!r})"


class Attachment(BaseAttachment):
    """Bytes, or a file named by its path, to be stored beside the row that it is logged in.

    The file is opened when the attachment is logged: deleting it afterwards loses nothing. A file that is not
    there by then is an error of the attachment, never of the program.
    """

    def __init__(
        self,
        *,
        data: str | os.PathLike[str] | bytes | bytearray,
        filename: str,
        content_type: str,
    ) -> None:
        super().__init__(filename=filename, content_type=content_type)
        self.key = new_row_id()
        self._source: Path | bytes = Path(data) if isinstance(data, str | os.PathLike) else bytes(data)

    @property
    def reference(self) -> Mapping[str, str]:
        """Return what the row holds: type, filename, content type and the key that finds the bytes."""
        return {
            "type": ATTACHMENT_TYPE,
            "filename": self.filename,
            "content_type": self.content_type,
            "key": self.key,
        }

    @property
    def data(self) -> bytes:
        """Return the attachment's bytes. Raises OSError where its file cannot be read."""
        return self._source if isinstance(self._source, bytes) else self._source.read_bytes()

    def open_source(self) -> bytes | BinaryIO:
        """Return the bytes, or the file opened for reading. Raises OSError where it cannot be."""
        if isinstance(self._source, bytes):
            return self._source
        fd = os.open(self._source, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        return io.FileIO(fd)  # unbuffered: whole blocks are read


class JSONAttachment(Attachment):
    """A value stored as a JSON file: for what is too large to look at inside the row."""

    def __init__(self, data: Any, *, filename: str = "data.json", pretty: bool = False) -> None:
        super().__init__(data=_json_bytes(data, pretty=pretty), filename=filename, content_type="application/json")


class ExternalAttachment(BaseAttachment):
    """A file that lies elsewhere: only its URL is logged, and nothing is fetched."""

    def __init__(self, *, url: str, filename: str, content_type: str) -> None:
        super().__init__(filename=filename, content_type=content_type)
        self.url = url

    @property
    def reference(self) -> Mapping[str, str]:
        """Return what the row holds: type, filename, content type and URL."""
        return {
            "type": EXTERNAL_ATTACHMENT_TYPE,
            "filename": self.filename,
            "content_type": self.content_type,
            "url": self.url,
        }

    @property
    def data(self) -> bytes:
        """Raise: Spanglass never touches the network."""
        raise OSError(f"an external attachment is not fetched: {self.url}")


def _json_bytes(data: Any, *, pretty: bool) -> bytes:
    text = snapshot_json({"data": data})[len(b'{"data":') : -1]
    if not pretty:
        return text
    # Not by orjson, which would round integers beyond 64 bits.
    return json.dumps(json.loads(text), indent=2, ensure_ascii=False).encode()
