"""The way of a row into one store: snapshot, line, sink; attachments apart."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from spanglass import conversion, failures, masking, printed_links
from spanglass.attachments import Attachment, BaseAttachment
from spanglass.identifiers import IdSource, LegacyIds, TraceContextIds, open_random
from spanglass.settings import current_settings
from spanglass.sink import DiscardingSink, Sink, open_sink
from spanglass.snapshot import snapshot_json, word_finder
from spanglass.version import __version__
from spanglass_store.faults import StoreFault
from spanglass_store.known_stores import note_store
from spanglass_store.location import STORE_FORMAT, StoreInfo, ensure_store, locate_store

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping
    from pathlib import Path

FLUSH_TIMEOUT_SECS = 30.0

# A store that cannot be opened still needs an id, for the ids of projects.
_NO_STORE_ID = "00000000-0000-0000-0000-000000000000"


class Recorder:
    """Records rows into one store. No method raises but `flush`, where it was asked to; any thread may call any.

    `write` takes a finished line, `convert` makes plain what is no JSON. One that `is_off` records nothing, as
    `SPANGLASS_DISABLED` wants it.
    """

    def __init__(self, store: StoreInfo, sink: Sink, ids: IdSource, *, is_off: bool = False) -> None:
        # Here, so that only a program that records pays for hashlib; and not later, while it logs: a fork beside
        # an import leaves the import's lock held in the child for ever.
        from spanglass.uploads import AttachmentUploads  # noqa: PLC0415 - see above

        self.store = store
        self.ids = ids
        self.is_off = is_off
        self.sink = sink
        self.uploads = AttachmentUploads(store.path, sink)
        # Bound once, not for each row.
        self.draw_ids = ids.draw_ids
        self.convert = self._to_plain
        self.write = sink.write
        self.offer = sink.offer
        word_finder()  # loaded here for the same reason as above, and so is this
        open_random()

    def record(self, head: str, fields: Mapping[str, Any], stamp: str) -> None:
        """Write one row: `head` is the start of its JSON object (`{"id":…`), `fields` what was logged."""
        if masking.mask is not None:
            fields = masking.masked_fields(fields, masking.mask)
        fields_json = snapshot_json(fields, self.convert)
        # An exact copy is wanted, too: `orjson.dumps` keeps a 4 kB buffer behind each result.
        self.write(b'%b,"_stamp":%b%b%b\n' % (head.encode(), stamp.encode(), b"," if fields else b"", fields_json[1:]))

    def flush(self, timeout_secs: float = FLUSH_TIMEOUT_SECS) -> None:
        """Return once rows and attachments are safe, or when the time is over.

        Raises StoreFault where rows could not be written, with `BRAINTRUST_SYNC_FLUSH=1` only.
        """
        self.sink.flush()
        if not self.uploads.wait(timeout_secs):
            failures.say_once(f"attachments are still being stored after {timeout_secs:.0f} s; they go on.")

    def _to_plain(self, value: object) -> Any:
        if isinstance(value, BaseAttachment):
            if isinstance(value, Attachment):
                self.uploads.submit(masking.masked_file(value))
            return dict(value.reference)
        return conversion.convert(value)


_recorders: dict[Path, Recorder] = {}
_stand_in: Recorder | None = None
_lock = threading.RLock()


def open_recorder(store: str | os.PathLike[str] | None = None) -> Recorder:
    """Return the recorder of the store that `store` (or the environment) names; one a store and process.

    Where there is no such store and none can be made, says so once, and returns one that drops what it is given.
    """
    if _stand_in is not None:
        return _stand_in
    path = locate_store(store)
    with _lock:
        recorder = _recorders.get(path)
        if recorder is None:
            recorder = _recorders[path] = _make_recorder(path)
    return recorder


def list_recorders() -> list[Recorder]:
    """Return the recorders of this process."""
    return list(_recorders.values()) if _stand_in is None else [_stand_in]


def use_recorder(stand_in: Recorder | None) -> Recorder | None:
    """Open this recorder whatever store is named, until it is None again; return what stood in before."""
    global _stand_in
    before, _stand_in = _stand_in, stand_in
    return before


def forget_recorders() -> None:
    """Open recorders anew from now on, as a process that has just started."""
    _recorders.clear()


def leave_recorders_to_parent() -> None:
    """Start anew after a fork; the segments are left by their writers themselves."""
    global _lock  # noqa: PLW0603 - another thread may have held it at the fork
    _lock = threading.RLock()
    for recorder in _recorders.values():
        recorder.uploads.leave_to_parent()


def _make_recorder(path: Path) -> Recorder:
    settings = current_settings()
    ids: IdSource = LegacyIds() if settings.legacy_ids else TraceContextIds()
    no_store = StoreInfo(path, STORE_FORMAT, _NO_STORE_ID, "")
    if settings.is_disabled:
        return Recorder(no_store, DiscardingSink(is_loss=False), ids, is_off=True)
    try:
        info = ensure_store(path)
    except StoreFault as fault:
        failures.say_once(f"nothing is recorded, and the program goes on. {fault}")
        return Recorder(no_store, DiscardingSink(), ids)
    note_store(info)
    printed_links.begin(settings.print_links)
    return Recorder(info, open_sink(path, __version__, settings), ids)
