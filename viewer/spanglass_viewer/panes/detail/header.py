"""What stays in sight while the cards scroll: which span this is, and what can be done with it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from spanglass_viewer.format.durations import format_duration
from spanglass_viewer.format.moments import format_absolute, format_clock
from spanglass_viewer.format.quantities import format_compact, format_cost
from spanglass_viewer.format.text import one_line, span_name
from spanglass_viewer.panes.detail.breadcrumb import Breadcrumb
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.theme.icons import icon_pixmap, type_icon_name
from spanglass_viewer.theme.text_size import text_px
from spanglass_viewer.widgets.buttons import IconButton
from spanglass_viewer.widgets.flow_layout import FlowLayout
from spanglass_viewer.widgets.labels import ElidedLabel, PlainLabel, plain_tooltip

if TYPE_CHECKING:
    from spanglass_store.database.records import SpanRecord
    from spanglass_viewer.panes.detail.context import DetailContext
    from spanglass_viewer.trace.references import PathStep, SpanDetail

_GROUND_PX = 24
_GLYPH_PX = 14
_GAP_PX = 8
_LEFT_PX, _SIDES_PX = 16, 24
_TYPE_NAMES = {"llm": "LLM"}
_MAX_TAGS, _MAX_TAG_CHARS = 20, 60
_MAX_TAGS_CHARS, _CHIP_CHARS = 150, 6  # some five lines of them: what is below the header has the room
_MAX_TOLD_TAGS = 30  # of those for which there is no room, in a tooltip
_COPIES = {
    "copy_span_id": "Copy span id",
    "copy_trace_id": "Copy trace id",
    "copy_json": "Copy as JSON",
    "copy_markdown": "Copy as Markdown for an LLM",
    "copy_snippet": "Copy Python snippet that reads it",
}
_LEAST_NAME_PX = 130  # where there is less, the steps that the tree's keys make give way to the name
_STEP_BUTTONS = 2  # the first of the buttons


class DetailHeader(QFrame):
    """Icon, name, type; the spans above; started and duration; previous, next, copy link, more."""

    copy_link_requested = Signal()
    step_requested = Signal(int)
    span_wanted = Signal(str)  # the id of one above
    annotate_requested = Signal()
    try_prompt_requested = Signal()
    action_wanted = Signal(str)  # the name of an action of the window, which copies

    def __init__(self, context: DetailContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._detail: SpanDetail | None = None
        self.setProperty("kind", "topbar")
        self._icon = _TypeIcon(context)
        self._name = ElidedLabel(role=FontRole.TITLE)
        self._type = PlainLabel(role=FontRole.SMALL)
        self._type.setProperty("kind", "stat")
        self._facts = ElidedLabel(role=FontRole.SMALL, tone="muted", mode=Qt.TextElideMode.ElideRight)
        self._path = Breadcrumb(context.appearance)
        self._path.span_wanted.connect(self.span_wanted)
        self._path.hide()
        self._state = PlainLabel(role=FontRole.SMALL)
        self._tags = QWidget()
        self._tag_row = FlowLayout(self._tags, spacing_px=6)
        self._buttons = [
            self._button("prev", "Previous span", self._on_previous, context),
            self._button("next", "Next span", self._on_next, context),
            self._button("link", "Copy link", self.copy_link_requested.emit, context),
            self._more_button(context),
        ]
        self._lay_out()
        context.appearance.text_resized.connect(self._fit_name)

    def show_span(self, detail: SpanDetail) -> None:
        """Show whose details these are."""
        self._detail = detail
        record = detail.record
        self._icon.set_type(record.type or "")
        self._name.setText(span_name(record.name))
        self._type.setText(_type_name(record.type))
        self._icon.setToolTip(plain_tooltip(_type_name(record.type)))
        self._fit_name()
        self._facts.setText(" · ".join(_facts(record)))
        started = format_absolute(record.start_us or record.created_us)
        self._facts.setToolTip(plain_tooltip(f"Started {started}\nSpan {record.span_id}\nTrace {record.root_span_id}"))
        self._show_state(record)
        self._show_tags(record.tags)

    def show_path(self, steps: tuple[PathStep, ...]) -> None:
        """Show which spans stand above."""
        self._path.show_steps(steps)
        self._path.setVisible(bool(steps))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the room to the name, before the type that the icon says too."""
        super().resizeEvent(event)
        self._fit_name()

    def show_name(self, name: str, path: tuple[PathStep, ...] = ()) -> None:
        """Show a name, and what stands above, while the details are on their way."""
        self._detail = None
        self._icon.set_type("")
        self._name.setText(name)
        self._type.hide()
        self._state.hide()
        self._facts.setText("")
        if path or not self._path.hasFocus():  # hidden, it would hand the keyboard to whatever Qt finds next
            self.show_path(path)
        self._show_tags(())

    def _fit_name(self) -> None:
        buttons = sum(button.sizeHint().width() for button in self._buttons)
        room = self.width() - _GROUND_PX - 3 * _GAP_PX - _SIDES_PX - buttons
        for button in self._buttons[:_STEP_BUTTONS]:
            button.setVisible(room >= text_px(_LEAST_NAME_PX))  # with any name: who steps by them keeps them in place
        room -= self._name.fontMetrics().horizontalAdvance(self._name.text())
        has_type = bool(self._type.text()) and self._detail is not None
        self._type.setVisible(has_type and self._type.sizeHint().width() <= room)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(_GAP_PX)
        top.addWidget(self._icon)
        top.addWidget(self._name, 1)
        top.addWidget(self._type)
        buttons = QHBoxLayout()
        buttons.setSpacing(0)
        for button in self._buttons:
            buttons.addWidget(button)
        top.addLayout(buttons)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self._state)
        below.addWidget(self._facts, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(_LEFT_PX, 12, _SIDES_PX - _LEFT_PX, 10)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self._path)
        column.addLayout(below)
        column.addWidget(self._tags)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def _button(self, icon_name: str, what: str, slot: object, context: DetailContext) -> IconButton:
        button = IconButton(icon_name, what, context.appearance)
        button.clicked.connect(slot)
        return button

    def _more_button(self, context: DetailContext) -> IconButton:
        button = IconButton("more", "More", context.appearance)
        menu = QMenu(button)
        menu.addAction("Annotate…").triggered.connect(self.annotate_requested)
        menu.addAction("Try prompt…").triggered.connect(self.try_prompt_requested)
        menu.addSeparator()
        for action, text in _COPIES.items():
            copy = menu.addAction(text)
            copy.setData(action)
            copy.triggered.connect(self._on_copy_wanted)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return button

    def _show_state(self, record: SpanRecord) -> None:
        is_running = record.end_us is None and not record.is_interrupted
        self._state.setVisible(is_running or record.is_interrupted)
        self._state.setText("Process died" if record.is_interrupted else "Running")
        self._state.set_tone("warning" if record.is_interrupted else "ok")

    def _show_tags(self, tags: tuple[str, ...]) -> None:
        while (item := self._tag_row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        texts = [one_line(tag, _MAX_TAG_CHARS) for tag in tags[:_MAX_TAGS]]
        room = itertools.accumulate(len(text) + _CHIP_CHARS for text in texts)
        shown = max(1, sum(used <= _MAX_TAGS_CHARS for used in room))
        for text in texts[:shown]:
            label = PlainLabel(text, role=FontRole.TINY)
            label.setProperty("kind", "stat")
            self._tag_row.addWidget(label)
        if further := tags[shown:]:
            label = PlainLabel(f"+{len(further):,} more", role=FontRole.TINY, tone="muted")
            label.setProperty("kind", "stat")
            told = [one_line(tag, _MAX_TAG_CHARS) for tag in further[:_MAX_TOLD_TAGS]]
            label.setToolTip(plain_tooltip("\n".join([*told, "…"] if len(told) < len(further) else told)))
            self._tag_row.addWidget(label)
        self._tags.setVisible(bool(tags))

    def _on_previous(self) -> None:
        self.step_requested.emit(-1)

    def _on_next(self) -> None:
        self.step_requested.emit(1)

    def _on_copy_wanted(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.action_wanted.emit(action.data())


class _TypeIcon(QWidget):
    """The icon of a span's type on its hue."""

    def __init__(self, context: DetailContext) -> None:
        super().__init__()
        self._span_type = ""
        self._appearance = context.appearance
        self.setFixedSize(_GROUND_PX, _GROUND_PX)
        context.appearance.changed.connect(self.update)

    def set_type(self, span_type: str) -> None:
        """Show the icon of a type."""
        self._span_type = span_type
        self.setAccessibleName(span_type or "span")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw ground and icon."""
        hue = self._appearance.tokens.type_hue(self._span_type)
        ground = QColor(hue)
        ground.setAlphaF(0.15)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(self.rect(), 6, 6)
        inset = (_GROUND_PX - _GLYPH_PX) // 2
        name = type_icon_name(self._span_type)
        painter.drawPixmap(inset, inset, icon_pixmap(name, hue, _GLYPH_PX, self.devicePixelRatioF()))


def _type_name(span_type: str | None) -> str:
    return "" if not span_type else _TYPE_NAMES.get(span_type, span_type[:1].upper() + span_type[1:40])


def _facts(record: SpanRecord) -> list[str]:
    start_us = record.start_us or record.created_us
    facts = [format_clock(start_us)]
    if record.end_us is not None:
        facts.append(format_duration((record.end_us - start_us) / 1e6))
    if record.tokens:
        facts.append(f"{format_compact(record.tokens)} tokens")
    if record.cost:
        facts.append(format_cost(record.cost))
    if record.model:  # last: where room is short, the tree and the metadata say it too
        facts.append(record.model)
    return facts
