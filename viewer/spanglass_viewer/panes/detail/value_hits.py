"""Marks in the values of a span what is looked for in its trace, and brings the first hit into sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QTimer
from PySide6.QtGui import QColor

from spanglass_viewer.panes.detail.json_tree_view import JsonTreeView
from spanglass_viewer.panes.detail.records_view import RecordsView
from spanglass_viewer.widgets.labels import PlainLabel, set_style_property
from spanglass_viewer.widgets.markdown_view import MarkdownPage
from spanglass_viewer.widgets.text_view import TextView

if TYPE_CHECKING:
    from PySide6.QtWidgets import QScrollArea, QWidget

    from spanglass_viewer.theme.appearance import Appearance

_HIT_ALPHA = 0.32
_AT_REST_MS = 30  # without a change of the layout: before that the places are not the last ones
_MARKED = (TextView, MarkdownPage, JsonTreeView, RecordsView)
_ABOVE_PX = 60  # kept in sight above the first hit


class ValueHits(QObject):
    """Looks through texts, trees, tables and labels below a scroll area each time that its layout changes.

    Values are decoded beside the UI and come late, so whoever makes a text does not need to know of this.
    """

    def __init__(self, area: QScrollArea, content: QWidget, appearance: Appearance) -> None:
        super().__init__(area)
        self._area = area
        self._content = content
        self._appearance = appearance
        self._needle = ""
        self._wants_first = False
        self._first_top = -1
        self._soon = QTimer(self, singleShot=True, interval=_AT_REST_MS)
        self._soon.timeout.connect(self._mark)
        content.installEventFilter(self)
        appearance.changed.connect(self._soon.start)

    def set_needle(self, needle: str, *, brings_first: bool = True) -> None:
        """Look for this from here on; nothing takes the marks away. `brings_first` moves to the first hit."""
        self._needle = needle
        self._wants_first = bool(needle) and brings_first
        self._soon.start()

    def expect_span(self) -> None:
        """Bring the first hit into sight once another span's values are there."""
        self._wants_first = bool(self._needle)
        if self._needle:
            self._soon.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look again where the layout changes."""
        if event.type() is QEvent.Type.LayoutRequest and self._needle:
            self._soon.start()
        return super().eventFilter(watched, event)

    def _mark(self) -> None:
        content = self._content
        color = QColor(self._appearance.tokens.warning)
        color.setAlphaF(_HIT_ALPHA)
        tops: list[int] = []
        for view in (view for kind in _MARKED for view in content.findChildren(kind)):
            hit = view.mark(self._needle, color)
            if hit is not None and view.isVisibleTo(content):
                tops.append(view.mapTo(content, hit.topLeft()).y())
        needle = self._needle.casefold()
        for label in content.findChildren(PlainLabel):
            is_hit = bool(needle) and needle in label.text().casefold()
            set_style_property(label, "hit", "true" if is_hit else None)
            if is_hit and label.isVisibleTo(content):
                tops.append(label.mapTo(content, QPoint(0, 0)).y())
        if tops and self._wants_first:
            self._bring_into_sight(min(tops))
            # a place that was the same twice is the last one: on a busy machine the layout may not be done in time
            self._wants_first = self._first_top != min(tops)
            self._first_top = min(tops)
            if self._wants_first:
                self._soon.start()

    def _bring_into_sight(self, top: int) -> None:
        bar = self._area.verticalScrollBar()
        if not bar.value() <= top <= bar.value() + self._area.viewport().height() - _ABOVE_PX:
            bar.setValue(top - _ABOVE_PX)
