"""Attachments on their way into the store: copied and hashed behind the caller's back, one at a time."""

from __future__ import annotations

import threading
import time
import weakref
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from spanglass import clock
from spanglass_store.blobs import files
from spanglass_store.journal.lines import encode_line

if TYPE_CHECKING:
    from pathlib import Path

    from spanglass.attachments import Attachment
    from spanglass.sink import Sink

MAX_PENDING_FILES = 64
MAX_PENDING_BYTES = 256 * 1024 * 1024
IDLE_SECS = 1.0


@dataclass(frozen=True, slots=True)
class _Upload:
    key: str
    filename: str
    content_type: str
    source: bytes | BinaryIO

    @property
    def held_bytes(self) -> int:
        return len(self.source) if isinstance(self.source, bytes) else 0


class AttachmentUploads:
    """The attachments of one store: `submit` returns at once, a thread does the work, `wait` waits for it.

    Each attachment is stored once, however often it is logged. Past a bound of pending work `submit` stores the
    attachment itself, so that memory and descriptors stay bounded.
    """

    def __init__(self, store: Path, sink: Sink) -> None:
        self._store = store
        self._sink = sink
        self._begin()

    def submit(self, attachment: Attachment) -> None:
        """See that the attachment's bytes reach the store. Never raises: a failure becomes its logged state."""
        with self._changed:
            if attachment in self._submitted:
                return
            self._submitted.add(attachment)
        try:
            source, fault = attachment.open_source(), None
        except (OSError, ValueError) as error:  # ValueError is what a path with a NUL gives
            source, fault = b"", error
        upload = _Upload(attachment.key, attachment.filename, attachment.content_type, source)
        if fault is not None:
            self._write_state(upload, "error", error=_reason(fault))
            return
        with self._changed:
            is_full = len(self._pending) >= MAX_PENDING_FILES or self._held_bytes >= MAX_PENDING_BYTES
            if not is_full:
                self._pending.append(upload)
                self._held_bytes += upload.held_bytes
                self._ensure_thread()
                self._changed.notify_all()
        if is_full:
            self._store_upload(upload)

    def wait(self, timeout_secs: float) -> bool:
        """Wait until all that was submitted is stored; tell whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._pending, timeout_secs)

    def finish(self, timeout_secs: float) -> int:
        """Store what is pending, as far as the time allows; log the rest as not stored, and return how much it is."""
        if self._thread is None:  # none could be started any more
            self._store_pending(time.monotonic() + timeout_secs)
        else:
            self.wait(timeout_secs)
        with self._changed:
            unfinished = list(self._pending)
        for upload in unfinished:
            self._write_state(upload, "error", error="the program ended before the attachment was stored")
        return len(unfinished)

    def leave_to_parent(self) -> None:
        """Start empty after a fork: the parent's thread stores what the parent logged."""
        self._begin()

    def _begin(self) -> None:
        self._changed = threading.Condition(threading.RLock())
        self._pending: deque[_Upload] = deque()
        self._held_bytes = 0
        self._thread: threading.Thread | None = None
        self._submitted: weakref.WeakSet[Attachment] = weakref.WeakSet()

    def _ensure_thread(self) -> None:
        if self._thread is not None:
            return
        thread = threading.Thread(target=self._work, name="spanglass-attachments", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the interpreter is shutting down: the exit hook stores what is pending
            return
        self._thread = thread

    def _work(self) -> None:
        while True:
            with self._changed:
                if not self._changed.wait_for(lambda: self._pending, IDLE_SECS):
                    self._thread = None  # the next attachment starts another
                    return
                upload = self._pending[0]
            self._store_upload(upload)
            self._drop_first(upload)

    def _store_pending(self, deadline: float) -> None:
        while self._pending and time.monotonic() < deadline:
            upload = self._pending[0]
            self._store_upload(upload)
            self._drop_first(upload)

    def _drop_first(self, upload: _Upload) -> None:
        with self._changed:
            self._pending.popleft()
            self._held_bytes -= upload.held_bytes
            self._changed.notify_all()

    def _store_upload(self, upload: _Upload) -> None:
        self._write_state(upload, "uploading")
        try:
            if isinstance(upload.source, bytes):
                blob = files.put_bytes(self._store, upload.source)
            else:
                with upload.source as file:
                    blob = files.put_file(self._store, file)
        except (OSError, ValueError) as error:
            self._write_state(upload, "error", error=_reason(error))
        else:
            self._write_state(upload, "done", digest=blob.digest, size_bytes=blob.size_bytes)

    def _write_state(self, upload: _Upload, state: str, **more: str | int) -> None:
        line = {
            "_line": "attachment",
            "key": upload.key,
            "filename": upload.filename,
            "content_type": upload.content_type,
            "state": state,
            "_stamp": clock.stamp_of(clock.now_ns()),
        }
        self._sink.write(encode_line({**line, **more}))


def _reason(fault: OSError | ValueError) -> str:
    """Return why an attachment is not stored, as a reader of its trace wants to know it: without the error's number."""
    if isinstance(fault, OSError) and fault.strerror:
        return f"{fault.strerror}: {fault.filename}" if fault.filename else fault.strerror
    return str(fault)
