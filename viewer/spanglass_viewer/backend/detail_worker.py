"""The detail thread: reads the selected span's payload by its own cursor, so that no list or merge delays a click."""

from __future__ import annotations

import contextlib
import json
import re
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from spanglass_viewer.backend.decoder_process import open_plain_file
from spanglass_viewer.backend.large_values import MOST_BYTES, MOST_MEDIA_BYTES, keep_values
from spanglass_viewer.backend.newest_question import NewestQuestion
from spanglass_viewer.backend.reading_worker import ReadingWorker
from spanglass_viewer.backend.requests import (
    ContainersAnswer,
    DetailAnswer,
    DetailRequest,
    MediaAnswer,
    MediaRequest,
    NameAnswer,
    NameRequest,
    StripEntry,
)
from spanglass_viewer.decoders.answers import DecoderFault
from spanglass_viewer.trace.references import SpanDetail, SpanRef
from spanglass_viewer.values.media import MediaResolver
from spanglass_viewer.values.media_formats import HEAD_BYTES, sniff_format
from spanglass_viewer.values.readings import read_fields

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from spanglass_store.database.connection import Cursor
    from spanglass_store.database.reader import StoreReader
    from spanglass_store.database.records import AttachmentRecord, SpanRecord
    from spanglass_viewer.values.readings import Reading

_MAX_SNIFFED = 500
_MAX_STRIP = 500
_ATTACHMENT_KEY = re.compile(r'"key"\s*:\s*("(?:[^"\\]|\\.){1,1024}")')


class DetailWorker(ReadingWorker):
    """Lives in its own thread, as all reading workers do."""

    span_read = Signal(object)  # DetailAnswer
    media_listed = Signal(object)  # MediaAnswer
    vocabulary_read = Signal(object)  # Vocabulary
    containers_read = Signal(object)  # ContainersAnswer
    name_resolved = Signal(object)  # NameAnswer

    def __init__(self) -> None:
        super().__init__()
        self.newest_span = NewestQuestion()

    @Slot(object)
    def read_span(self, request: DetailRequest) -> None:
        """Answer with a span's payload."""
        self.serve("span", lambda cursor: self._read_span(cursor, request))

    @Slot(object)
    def list_media(self, request: MediaRequest) -> None:
        """Answer with the attachments of a trace."""
        self.serve("media", lambda cursor: self._list_media(cursor, request))

    @Slot()
    def read_vocabulary(self) -> None:
        """Answer with the words that a filter can be completed with."""
        self.serve("vocabulary", self._read_vocabulary)

    @Slot()
    def read_containers(self) -> None:
        """Answer with what traces can be picked and sorted by."""
        self.serve("containers", self._read_containers)

    @Slot(object)
    def resolve_name(self, request: NameRequest) -> None:
        """Answer with the address of what a name stands for."""
        self.serve("name", lambda cursor: self._resolve_name(cursor, request))

    def _resolve_name(self, cursor: Cursor, request: NameRequest) -> None:
        from spanglass_store.database.named_span import get_named_span  # noqa: PLC0415 - heavy half
        from spanglass_store.database.reader import StoreReader  # noqa: PLC0415 - as above

        try:
            answer = NameAnswer(request, get_named_span(StoreReader(cursor), request.name))
        except LookupError as absence:
            answer = NameAnswer(request, None, str(absence))
        self.name_resolved.emit(answer)

    def _read_span(self, cursor: Cursor, request: DetailRequest) -> None:
        from spanglass_store.database.reader import StoreReader  # noqa: PLC0415 - heavy half

        if self.newest_span.overtakes(request.number):
            return
        detail = self._read(cursor, StoreReader(cursor), request)
        self.span_read.emit(DetailAnswer(request, detail, {} if detail is None else _read_fields(detail)))

    def _list_media(self, cursor: Cursor, request: MediaRequest) -> None:
        from spanglass_store.database.reader import StoreReader  # noqa: PLC0415 - heavy half
        from spanglass_store.database.trace_media import list_trace_media  # noqa: PLC0415 - heavy half

        spans = list_trace_media(cursor, request.root_span_id, _MAX_STRIP)
        named = [(span, json.loads(text)) for span in spans for text in span.references]
        keys = [value["key"] for _, value in named if isinstance(value.get("key"), str)]
        reader = StoreReader(cursor)
        attachments, blobs = _find_files(reader, keys[:_MAX_STRIP])
        resolver = MediaResolver(attachments, blobs, sniff_kinds(attachments, blobs))
        entries: dict[str, StripEntry] = {}
        for span, value in named:
            item = resolver.resolve(value)
            if item is not None and item.key not in entries and len(entries) < _MAX_STRIP:
                ref = SpanRef(request.root_span_id, span.span_id, span.created_us)
                entries[item.key] = StripEntry(ref, span.name, item)
        self.media_listed.emit(MediaAnswer(request, tuple(entries.values())))

    def _read_vocabulary(self, cursor: Cursor) -> None:
        from spanglass_store.database.vocabulary import read_vocabulary  # noqa: PLC0415 - heavy half

        self.vocabulary_read.emit(read_vocabulary(cursor))

    def _read_containers(self, cursor: Cursor) -> None:
        from spanglass_store.database.containers import list_containers, list_score_names  # noqa: PLC0415 - heavy half

        answer = ContainersAnswer(tuple(list_containers(cursor)), tuple(list_score_names(cursor)))
        self.containers_read.emit(answer)

    def _read(self, cursor: Cursor, reader: StoreReader, request: DetailRequest) -> SpanDetail | None:
        from spanglass_store.database.large_values import find_trimmed_span  # noqa: PLC0415 - heavy half

        ref = request.ref
        trimmed = find_trimmed_span(
            cursor, ref.root_span_id, ref.span_id, ref.created_us,
            most_bytes=MOST_BYTES, most_media_bytes=MOST_MEDIA_BYTES,
        )  # fmt: skip
        if trimmed is None:
            return None
        record = trimmed.record
        attachments, blobs = _find_files(reader, attachment_keys(record))
        return SpanDetail(
            ref=request.ref,
            record=record,
            attachments=attachments,
            blobs=blobs,
            comments=tuple(reader.list_comments(record.id)),
            kinds=sniff_kinds(attachments, blobs),
            git_commit=None if record.error is None else reader.find_git_commit(record.id, record.created_us),
            large=keep_values(cursor, trimmed),
        )


def _find_files(reader: StoreReader, keys: list[str]) -> tuple[dict[str, AttachmentRecord], dict[str, Path]]:
    attachments = {state.key: state for state in reader.list_attachments(keys)}
    blobs = {key: path for key, state in attachments.items() if (path := reader.find_blob(state)) is not None}
    return attachments, blobs


def sniff_kinds(attachments: Mapping[str, AttachmentRecord], blobs: Mapping[str, Path]) -> dict[str, str]:
    """Return what attachments are by their first bytes, as the value of a `MediaKind`.

    Files that cannot be read are left out.
    """
    found: dict[str, str] = {}
    for key, path in list(blobs.items())[:_MAX_SNIFFED]:
        state = attachments[key]
        with contextlib.suppress(DecoderFault, OSError), open_plain_file(path) as file:
            head = file.read(HEAD_BYTES)
            found[key] = sniff_format(head, state.content_type or "", state.filename or "").kind.value
    return found


def _read_fields(detail: SpanDetail) -> dict[str, Reading]:
    return read_fields(detail.record, MediaResolver(detail.attachments, detail.blobs, detail.kinds))


def attachment_keys(record: SpanRecord) -> list[str]:
    """Return the keys of the attachments that a span's values name, in their order, without repeats."""
    keys: dict[str, None] = {}
    for text in (record.input, record.output, record.expected, record.metadata, record.error, record.extra):
        if text is not None and "braintrust_attachment" in text:
            keys.update(dict.fromkeys(json.loads(key) for key in _ATTACHMENT_KEY.findall(text)))
    return list(keys)
