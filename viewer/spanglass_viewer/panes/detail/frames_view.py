"""The frames of one exception: the user's own in bold, runs of library frames folded, the tracer's left out."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QFontMetrics,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QSpacerItem, QToolTip, QVBoxLayout, QWidget

from spanglass_viewer.format.quantities import format_many
from spanglass_viewer.panes.detail.editor import is_local_source, open_in_editor
from spanglass_viewer.panes.detail.source_lines import SourceExcerpt, find_source
from spanglass_viewer.theme.fonts import FontRole, font
from spanglass_viewer.theme.text_size import wear
from spanglass_viewer.tracebacks.parsed import Frame, FrameKind, find_last_user_frame
from spanglass_viewer.widgets.buttons import IconButton
from spanglass_viewer.widgets.labels import ElidedLabel, PlainLabel, plain_tooltip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from spanglass_viewer.panes.detail.context import DetailContext

_MAX_FRAMES = 200
_ROWS_AT_ONCE = 5
_COMMIT_CHARS = 10
_HEAD_GAP_PX = 8
_EDGE_PX = 6  # above and below the lines of source


class FramesView(QWidget):
    """Frames from the outermost call to where it was raised; the user's last one shows its source at once.

    The first few are there at once, the others in the next turns.
    """

    def __init__(
        self, frames: Iterable[Frame], context: DetailContext, *, is_opened: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._is_opened = is_opened
        self._button_size = _button_size(context)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        shown = [frame for frame in frames if frame.kind is not FrameKind.SDK][-_MAX_FRAMES:]
        self._rows = self._iter_rows(shown)
        self.fill()

    def fill(self) -> None:
        """Show some more frames; the rest is put off."""
        for row in itertools.islice(self._rows, _ROWS_AT_ONCE):
            self._column.addWidget(row)
        following = next(self._rows, None)
        if following is not None:
            self._rows = itertools.chain((following,), self._rows)
            self._context.making.add(self)

    def _iter_rows(self, frames: list[Frame]) -> Iterator[QWidget]:
        """Make a row after the other: of a frame, or of a run of library frames."""
        last_user = find_last_user_frame(frames)
        for kind, run in itertools.groupby(frames, key=lambda frame: frame.kind):
            if kind is FrameKind.LIBRARY and last_user is not None:
                yield _FoldedFrames(list(run), self._context, self._button_size)
                continue
            for frame in run:
                row = FrameRow(frame, self._context, self._button_size)
                if self._is_opened and frame is last_user:
                    row.set_unfolded(is_unfolded=True)
                yield row


class _FoldedFrames(QWidget):
    """A run of library frames behind one line; they are made when they are first asked for."""

    def __init__(self, frames: list[Frame], context: DetailContext, button_size: QSize) -> None:
        super().__init__()
        self._frames = frames
        self._context = context
        self._button_size = button_size
        self._rows: list[FrameRow] = []
        self._button = QPushButton(format_many(len(frames), "library frame"))
        self._button.setProperty("kind", "link")
        self._button.setCheckable(True)
        self._button.setCursor(Qt.CursorShape.PointingHandCursor)
        wear(self._button, FontRole.TINY)
        self._button.toggled.connect(self._on_toggled)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignLeft)

    def _on_toggled(self, is_checked: bool) -> None:
        if not self._rows:
            self._rows = [FrameRow(frame, self._context, self._button_size) for frame in self._frames]
            for row in self._rows:
                self._column.addWidget(row)
        for row in self._rows:
            row.setVisible(is_checked)


class FrameRow(QWidget):
    """One frame: function, place, the quoted line; a click shows the source around it.

    Its buttons are made when they are first offered: nobody goes over all of a hundred frames.
    """

    def __init__(self, frame: Frame, context: DetailContext, button_size: QSize) -> None:
        super().__init__()
        self.frame = frame
        self._line = frame.line  # where it stands now, once that was looked up
        self._context = context
        self._excerpt: SourceExcerptView | None = None
        self._buttons: list[IconButton] = []
        self._source = self._make_source()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._head, self._room = self._make_head(button_size)
        self._column.addLayout(self._head)
        self._column.addWidget(self._source)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{frame.function or 'module'}, {frame.path} line {frame.line}")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def _make_head(self, button_size: QSize) -> tuple[QHBoxLayout, QSpacerItem]:
        """Return the first line, and the room in it that is kept for the buttons."""
        frame = self.frame
        is_user = frame.kind is FrameKind.USER
        function = ElidedLabel(frame.function or "<module>", role=FontRole.SMALL_STRONG if is_user else FontRole.SMALL)
        function.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        function.setMaximumWidth(200)
        place = f"{frame.path}:{frame.line}"
        head = QHBoxLayout()
        head.setSpacing(_HEAD_GAP_PX)
        head.addWidget(function)
        head.addWidget(ElidedLabel(place, role=FontRole.TINY, tone="faint", mode=Qt.TextElideMode.ElideLeft), 1)
        if frame.repeated:
            times = f"× {frame.repeated + 1:,}"  # noqa: RUF001 - that is the sign
            head.addWidget(PlainLabel(times, role=FontRole.TINY, tone="faint"))
        count = 2 if is_local_source(Path(frame.path)) else 1
        width = count * (button_size.width() + _HEAD_GAP_PX)  # a layout keeps no gap before mere room
        fixed = QSizePolicy.Policy.Fixed
        room = QSpacerItem(width, button_size.height(), fixed, fixed)
        head.addItem(room)
        return head, room

    def _make_buttons(self) -> None:
        self._head.removeItem(self._room)
        self._add_button("copy", "Copy path and line", self._on_copy)
        if is_local_source(Path(self.frame.path)):
            self._add_button("external-editor", "Open in editor", self._on_open)

    def _add_button(self, icon_name: str, what: str, slot: Callable[[], None]) -> None:
        button = IconButton(icon_name, what, self._context.appearance)
        button.clicked.connect(slot)
        self._buttons.append(button)
        self._head.addWidget(_kept_in_place(button))

    def _make_source(self) -> ElidedLabel:
        first_line = self.frame.source.split("\n", 1)[0]
        tone = None if self.frame.kind is FrameKind.USER else "muted"
        source = ElidedLabel(first_line, role=FontRole.CODE, tone=tone, mode=Qt.TextElideMode.ElideRight)
        if not first_line:
            source.hide()
        return source

    def set_unfolded(self, *, is_unfolded: bool) -> None:
        """Show the source around the line, where the file is here."""
        if is_unfolded and self._excerpt is None:
            found = find_source(self.frame, self._context.logged_us)
            if found is None:
                return
            self._line = found.line
            self._excerpt = SourceExcerptView(found, self.frame.line, self._context)
            self._column.addWidget(self._excerpt)
        if self._excerpt is not None:
            self._excerpt.setVisible(is_unfolded)
            self._source.setVisible(not is_unfolded and bool(self.frame.source))

    def enterEvent(self, event: QEnterEvent) -> None:
        """Offer the buttons."""
        super().enterEvent(event)
        self._show_buttons(is_shown=True)

    def leaveEvent(self, event: QEvent) -> None:
        """Put the buttons away."""
        super().leaveEvent(event)
        self._show_buttons(is_shown=self.hasFocus())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Offer the buttons."""
        super().focusInEvent(event)
        self._show_buttons(is_shown=True)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Unfold or fold the source."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._toggle()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Unfold or fold by Enter or Space."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self._toggle()
        else:
            super().keyPressEvent(event)

    def _show_buttons(self, *, is_shown: bool) -> None:
        if is_shown and not self._buttons:
            self._make_buttons()
        for button in self._buttons:
            button.setVisible(is_shown)

    def _toggle(self) -> None:
        self.set_unfolded(is_unfolded=self._excerpt is None or self._excerpt.isHidden())

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(f"{self.frame.path}:{self.frame.line}")
        self._context.notice_given.emit("Path and line copied")

    def _on_open(self) -> None:
        open_line(Path(self.frame.path), self._line, self._context)


def open_line(path: Path, line: int, context: DetailContext) -> None:
    """Open a line in the editor, or say why it did not open."""
    editor = context.editor
    if not open_in_editor(path, line, editor):
        context.notice_given.emit(
            f"{editor} did not start. Choose another editor in the settings."
            if editor
            else "No editor was found. Choose one in the settings, or set VISUAL to one that has a window."
        )


def _button_size(context: DetailContext) -> QSize:
    """Return the size of a row's button, in which room is kept for it."""
    button = IconButton("copy", "", context.appearance)
    button.ensurePolished()
    size = button.sizeHint()
    button.deleteLater()
    return size


def _kept_in_place(widget: QWidget) -> QWidget:
    policy = widget.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    widget.setSizePolicy(policy)
    return widget


class SourceExcerptView(QWidget):
    """Lines of source with their numbers; the frame's own line, which was line `line_then`, is marked."""

    def __init__(self, excerpt: SourceExcerpt, line_then: int, context: DetailContext) -> None:
        super().__init__()
        self._excerpt = excerpt
        self._line = excerpt.line
        self._appearance = context.appearance
        self._notes = _list_notes(excerpt, line_then, context.git_commit)
        self._metrics = QFontMetrics(font(FontRole.CODE))
        self._row_px = self._metrics.lineSpacing() + 3
        self.setFixedHeight((len(excerpt.lines) + len(self._notes)) * self._row_px + 2 * _EDGE_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("\n".join(("Source", *self._notes, *excerpt.lines)))
        context.appearance.changed.connect(self.update)

    def event(self, event: QEvent) -> bool:
        """Show a line whole that is cut, while the mouse rests on it."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            row = (event.pos().y() - _EDGE_PX) // self._row_px
            text = self._text_of(row) if 0 <= row < len(self._excerpt.lines) else ""
            is_cut = self._metrics.horizontalAdvance(text) > self._room_px()
            QToolTip.showText(event.globalPos(), plain_tooltip(text.strip()) if is_cut else "", self)
            return True
        return super().event(event)

    def _text_of(self, row: int) -> str:
        return self._excerpt.lines[row][_common_indent(self._excerpt.lines) :].expandtabs(4)

    def _numbers_px(self) -> int:
        return self._metrics.horizontalAdvance(str(self._excerpt.first_line + len(self._excerpt.lines))) + 10

    def _room_px(self) -> int:
        return self.width() - self._numbers_px() - 16

    def _underline(self, painter: QPainter, row: int, left: int, baseline: int) -> None:
        """Draw a line below what of this row failed."""
        if self._excerpt.columns is None:
            return
        text, indent = self._excerpt.lines[row], _common_indent(self._excerpt.lines)
        before, until = (text[indent:column].expandtabs(4) for column in self._excerpt.columns)
        first = self._metrics.horizontalAdvance(before)
        end = min(self._metrics.horizontalAdvance(until), self._room_px())
        painter.fillRect(left + first, baseline + 2, max(0, end - first), 2, QColor(self._appearance.tokens.error))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the lines; common indentation is left out, what is too long is cut."""
        tokens = self._appearance.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.window))
        painter.drawRoundedRect(self.rect(), 6, 6)
        painter.setFont(font(FontRole.CODE))
        numbers_px = self._numbers_px()
        for row in range(len(self._excerpt.lines)):
            number = self._excerpt.first_line + row
            top = _EDGE_PX + row * self._row_px
            if number == self._line:
                painter.fillRect(0, top, self.width(), self._row_px, QColor(tokens.error_fill))
                painter.fillRect(0, top, 2, self._row_px, QColor(tokens.error))
            baseline = top + self._metrics.ascent() + 2
            painter.setPen(QColor(tokens.text_faint))
            painter.drawText(8, baseline, str(number))
            painter.setPen(QColor(tokens.text if number == self._line else tokens.text_muted))
            shown = self._metrics.elidedText(self._text_of(row), Qt.TextElideMode.ElideRight, self._room_px())
            painter.drawText(8 + numbers_px, baseline, shown)
            if number == self._line:
                self._underline(painter, row, 8 + numbers_px, baseline)
        painter.setFont(font(FontRole.TINY))
        painter.setPen(QColor(tokens.warning))
        for row, note in enumerate(self._notes, len(self._excerpt.lines)):
            painter.drawText(8, _EDGE_PX + row * self._row_px + self._metrics.ascent() + 4, note)


def _list_notes(excerpt: SourceExcerpt, line_then: int, commit: str | None) -> tuple[str, ...]:
    if not excerpt.is_changed:
        return ()
    since = f"The file has changed since{f' commit {commit[:_COMMIT_CHARS]}' if commit else ''}"
    return (since,) if line_then == excerpt.line else (since, f"This was line {line_then:,}")


def _common_indent(lines: tuple[str, ...]) -> int:
    indents = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    return min(indents, default=0)
