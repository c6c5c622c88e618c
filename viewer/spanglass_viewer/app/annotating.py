"""From the form in the detail pane to rows in the journal, and back again where it is undone."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from spanglass_store.faults import StoreFault
from spanglass_viewer.backend.row_writer import RowWriter
from spanglass_viewer.values.annotations import annotation_rows, comment_removal_row, undo_rows

if TYPE_CHECKING:
    from pathlib import Path

    from spanglass_store.database.records import CommentRecord, SpanRecord
    from spanglass_viewer.panes.detail.annotate_card import AnnotationRequest
    from spanglass_viewer.panes.detail.detail_pane import DetailPane


class SpanAnnotating(QObject):
    """Writes what the pane's form says; the next merge shows it."""

    def __init__(self, store: Path, pane: DetailPane, parent: QObject) -> None:
        super().__init__(parent)
        self._pane = pane
        self._writer = RowWriter(store)
        pane.annotated.connect(self._on_annotated)
        pane.annotation_undone.connect(self._on_undone)
        pane.comment_taken_back.connect(self._on_comment_taken_back)

    def _on_annotated(self, request: AnnotationRequest) -> None:
        try:
            self._writer.write(annotation_rows(request.record, request.annotation, time.time_ns()))
        except StoreFault as fault:
            self._pane.show_annotation_problem(f"Not saved. {fault}")
        else:
            self._pane.show_annotated(request)

    def _on_undone(self, request: AnnotationRequest) -> None:
        try:
            self._writer.write(undo_rows(request.record, request.annotation))
        except StoreFault as fault:
            self._pane.notice_given.emit(f"Not taken back. {fault}")
        else:
            self._pane.show_undone()

    def _on_comment_taken_back(self, record: SpanRecord, comment: CommentRecord) -> None:
        try:
            self._writer.write([comment_removal_row(record, comment.id, comment.created_us)])
        except StoreFault as fault:
            self._pane.notice_given.emit(f"Not taken back. {fault}")
        else:
            self._pane.show_undone()
