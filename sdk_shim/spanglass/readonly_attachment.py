"""An attachment read back from the store, by the reference that a row holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from spanglass.attachments import EXTERNAL_ATTACHMENT_TYPE
from spanglass.parents import current_recorder
from spanglass.recorder import open_recorder
from spanglass_store.blobs.files import blob_path
from spanglass_store.faults import NotAStore, StoreFault
from spanglass_store.journal.lines import BadLine, LineKind, decode_line, kind_of
from spanglass_store.location import JOURNAL_FOLDER

if TYPE_CHECKING:
    import os
    from collections.abc import Generator, Mapping
    from pathlib import Path


class _State(NamedTuple):
    upload_status: str
    digest: str | None = None
    error_message: str | None = None


class ReadonlyAttachment:
    """What a logged attachment refers to: `reference` is the dictionary that stands in its place in the row.

    `store` names the store's folder (default: that of the current logger or experiment, else see
    `spanglass path`). It is found whether its journal has been merged or not.
    """

    def __init__(self, reference: Mapping[str, Any], *, store: str | os.PathLike[str] | None = None) -> None:
        """Raise ValueError where `reference` is none."""
        is_external = reference.get("type") == EXTERNAL_ATTACHMENT_TYPE
        if not isinstance(reference.get("url" if is_external else "key"), str):
            raise ValueError(f"not the reference of an attachment: {dict(reference)!r}")  # noqa: TRY004 - ValueError for all misuse
        self.reference = dict(reference)
        self.filename: str = str(reference.get("filename", ""))
        self.content_type: str = str(reference.get("content_type", ""))
        self._is_external = is_external
        self._recorder = current_recorder() if store is None else open_recorder(store)

    @property
    def data(self) -> bytes:
        """Return the bytes. Raises OSError where they are not in the store, and for an external attachment."""
        if self._is_external:
            raise OSError(f"an external attachment is not fetched: {self.reference['url']}")
        return self._get_path().read_bytes()

    def metadata(self) -> dict[str, Any]:
        """Return where the bytes are (`downloadUrl`) and the `status`. Raises OSError as `data` does."""
        url = self.reference["url"] if self._is_external else self._get_path().as_uri()
        return {"downloadUrl": url, "status": self.status()}

    def status(self) -> dict[str, str]:
        """Return `upload_status` ("uploading", "done" or "error") and, of an error, the `error_message`."""
        state = self._find_state()
        if state is None:
            return {
                "upload_status": "error",
                "error_message": f"the store knows no such attachment: {self._recorder.store.path}",
            }
        error = {"error_message": state.error_message} if state.error_message else {}
        return {"upload_status": state.upload_status, **error}

    def __repr__(self) -> str:
        return f"ReadonlyAttachment(filename={self.filename!r}, content_type={self.content_type!r})"

    def _get_path(self) -> Path:
        state = self._find_state()
        if state is None or state.digest is None:
            reason = self.status().get("error_message", "it is still being stored")
            raise FileNotFoundError(f"The attachment {self.filename!r} cannot be read: {reason}")
        return blob_path(self._recorder.store.path, state.digest)

    def _find_state(self) -> _State | None:
        """Return the last state: of the journal, else of the tables."""
        if self._is_external:
            return _State("done")
        self._recorder.flush()  # it may be this very process that stores it
        key: str = self.reference["key"]
        lines = sorted(_iter_states(self._recorder.store.path, key), key=_rank)
        if lines:
            last = lines[-1]
            return _State(str(last.get("state")), last.get("digest"), last.get("error"))
        return _find_merged(self._recorder.store.path, key)


def _iter_states(store: Path, key: str) -> Generator[dict[str, Any]]:
    """Yield the states of an attachment that the journal still holds."""
    needle = key.encode()
    for segment in (store / JOURNAL_FOLDER).glob("*.ndjson"):
        try:
            with segment.open("rb") as lines:
                found = [text for text in lines if needle in text]
        except FileNotFoundError:  # merged and removed meanwhile
            continue
        for text in found:
            try:
                line = decode_line(text)
                if kind_of(line) is LineKind.ATTACHMENT and line.get("key") == key:
                    yield line
            except BadLine:  # the torn tail of a program that died
                continue


def _rank(line: dict[str, Any]) -> tuple[bool, int]:
    """Order states: bytes that are there stay there, else the last word counts."""
    return line.get("state") == "done", int(line.get("_stamp") or 0)


def _find_merged(store: Path, key: str) -> _State | None:
    """Ask the tables. Raises OSError where they cannot be read."""
    # Here alone: DuckDB loads when a program reads a merged attachment back, and never before.
    from spanglass_store.database.reader import open_store  # noqa: PLC0415 - see above

    try:
        with open_store(store) as opened:
            records = opened.list_attachments([key])
    except NotAStore:  # nothing was ever stored there
        return None
    except StoreFault as fault:
        raise OSError(str(fault)) from fault
    return _State(records[0].state, records[0].digest, records[0].error) if records else None
