"""Copies the span that is shown: its link, its ids, its row, a text for an LLM, a program that reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from spanglass_store.links.addresses import SpanAddress, format_address
from spanglass_viewer.values.span_snippet import span_as_python
from spanglass_viewer.values.span_text import span_as_json, span_as_markdown

if TYPE_CHECKING:
    from spanglass_store.location import StoreInfo
    from spanglass_viewer.models.selection import Selection
    from spanglass_viewer.trace.references import SpanDetail, SpanRef


class SpanClipboard(QObject):
    """Knows the span that is shown; `notice_given` says what was copied, or that there was nothing."""

    notice_given = Signal(str)

    def __init__(self, info: StoreInfo, selection: Selection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._info = info
        self._selection = selection
        self._detail: SpanDetail | None = None

    def show_span(self, detail: SpanDetail | None) -> None:
        """Copy from this span from here on."""
        self._detail = detail

    @property
    def experiment_id(self) -> str | None:
        """The experiment that the span belongs to."""
        return None if self._detail is None else self._detail.record.experiment_id

    def copy_link(self) -> None:
        """Copy a link to the selected span, or to the trace where none is."""
        self.copy_link_to(self._selection.span)

    def copy_link_to(self, span: SpanRef | None, field: str | None = None) -> None:
        """Copy a link to a span, or to a field of it; None means the open trace as a whole."""
        root_span_id = span.root_span_id if span is not None else self._selection.root_span_id
        link = None
        if root_span_id is not None:
            link = format_address(
                SpanAddress(root_span_id, None if span is None else span.span_id, self._info.id, field)
            )
        self._copy(link, "Link copied")

    def copy_span_id(self) -> None:
        """Copy the selected span's id."""
        span = self._selection.span
        self._copy(None if span is None else span.span_id, "Span id copied")

    def copy_trace_id(self) -> None:
        """Copy the open trace's root_span_id."""
        self._copy(self._selection.root_span_id, "Trace id copied")

    def copy_json(self) -> None:
        """Copy the span's row as JSON."""
        detail = self._detail
        text = None if detail is None else span_as_json(detail.record, detail.large)
        self._copy(text, _say_copied("JSON", detail))

    def copy_markdown(self) -> None:
        """Copy the span as Markdown."""
        detail = self._detail
        self._copy(
            None if detail is None else span_as_markdown(detail.record, detail.large), _say_copied("Markdown", detail)
        )

    def copy_snippet(self) -> None:
        """Copy a program that reads the span from the store."""
        snippet = None if self._detail is None else span_as_python(self._detail.record, self._info.path)
        self._copy(snippet, "Python snippet copied")

    def _copy(self, text: str | None, notice: str) -> None:
        if text is None:
            self.notice_given.emit("Nothing is selected. The clipboard is as it was")
            return
        QGuiApplication.clipboard().setText(text)
        self.notice_given.emit(notice)


def _say_copied(form: str, detail: SpanDetail | None) -> str:
    """Return what was copied, and what of the span is too large to be in it."""
    large = [] if detail is None else sorted(detail.large)
    return f"Span copied as {form}" + (f", without its {' and '.join(large)}" if large else "")
