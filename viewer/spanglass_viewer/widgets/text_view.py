"""Text to read, select and copy: as tall as it is long up to a limit, cheap for megabytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QResizeEvent, QTextCursor, QTextOption
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QWidget

from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.theme.text_size import wear
from spanglass_viewer.widgets.text_marks import first_mark, mark_document

if TYPE_CHECKING:
    from PySide6.QtGui import QTextBlock

PAGE_CHARS = 256_000
# Qt lays out one line as one: five megabytes without a break cost 90 ms a scroll, in pieces nothing
_MAX_LINE_CHARS = 1000
_MAX_WORD_CHARS = 80
# What must not reach the screen as it is: control characters draw as nothing, direction overrides make text read as
# another one, Qt takes paragraph separators and U+FDD0, U+FDD1 for its own structure, and half of a surrogate pair is
# no text.
_SHOWN_INSTEAD: dict[int, int | str] = {
    **dict.fromkeys((code for code in (*range(32), *range(0x7F, 0xA0)) if chr(code) not in "\t\n"), 0xFFFD),
    **dict.fromkeys((0x2028, 0x2029), "\n"),
    **dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFDD0, 0xFDD1, 0xFFFC), 0xFFFD),
    **dict.fromkeys(range(0xD800, 0xE000), 0xFFFD),
}
_MAX_HEIGHT_PX = 480


class TextView(QPlainTextEdit):
    """Read-only plain text. Past 256,000 characters the rest waits for `load_more`.

    Lines of more than 1,000 characters are broken for the screen, and whole again in what is copied.
    """

    more_changed = Signal()  # `hidden_chars` changed

    def __init__(
        self,
        text: str = "",
        *,
        role: FontRole = FontRole.CODE,
        max_height_px: int = _MAX_HEIGHT_PX,
        is_wrapped: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._text = ""
        self._shown_chars = 0
        self._pieces: set[int] = set()  # blocks that go on where the one before was broken
        self._max_height_px = max_height_px
        self._marked: tuple[str, QColor, int] = ("", QColor(), 0)
        self._settling: QTimer | None = None
        self._is_filling = True  # the height is fitted once at the end, not for each step
        self.setReadOnly(True)
        self.setAccessibleName("Text")
        wear(self, role)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(0)
        self.setTabStopDistance(4 * QFontMetricsF(self.font()).horizontalAdvance(" "))
        self.viewport().setAutoFillBackground(False)
        self.set_wrapped(is_wrapped=is_wrapped)
        self.document().documentLayout().documentSizeChanged.connect(self._on_document_size_changed)
        self.set_text(text)

    @property
    def whole_text(self) -> str:
        """The text as it was given, the hidden rest included."""
        return self._text

    @property
    def hidden_chars(self) -> int:
        """How many characters wait for `load_more`."""
        return len(self._text) - self._shown_chars

    def set_text(self, text: str) -> None:
        """Show a text from its beginning; one that only grew keeps its place and selection."""
        if self._text and text.startswith(self._text) and not self.hidden_chars and len(text) <= PAGE_CHARS:
            grown = text[len(self._text) :]
            self._text, self._shown_chars = text, len(text)
            self._append(grown)
            return
        self._is_filling = True
        if self._text:
            self.clear()
        self._text = text
        self._shown_chars = 0
        self._pieces.clear()
        self._is_filling = False
        self.load_more()

    def extend(self, text: str) -> None:
        """Show more of a text that comes in pages."""
        self._text += text
        self.load_more()

    def load_more(self) -> None:
        """Show the next 256,000 characters."""
        page = self._text[self._shown_chars : self._shown_chars + PAGE_CHARS]
        self._shown_chars += len(page)
        self._append(page)
        self.more_changed.emit()

    def mark(self, needle: str, color: QColor) -> QRect | None:
        """Mark a text wherever it stands, in whatever case, and return the place of the first one.

        Nothing takes the marks away. What waits for `load_more` is not looked through.
        """
        wanted = (needle, color, self._shown_chars)
        if wanted != self._marked:
            self._marked = wanted
            mark_document(self, needle, color)
        return first_mark(self)

    def reveal(self, at: int, length: int) -> QRect:
        """Select a stretch of the whole text, loading as much of it as is needed; return where it begins."""
        while at + length > self._shown_chars and self.hidden_chars:
            self.load_more()
        block = self.document().begin()
        left = at
        while block.isValid() and block.next().isValid():
            is_broken = block.next().blockNumber() in self._pieces
            span = block.length() - (1 if is_broken else 0)  # a break that is only the screen's is none of the text
            if left < span:
                break
            left -= span
            block = block.next()
        cursor = QTextCursor(block)
        cursor.setPosition(min(block.position() + left, block.position() + block.length() - 1))
        top = self.cursorRect(cursor)
        cursor.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.KeepAnchor, length)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()
        return self.cursorRect(cursor) if self.verticalScrollBar().maximum() else top

    def set_wrapped(self, *, is_wrapped: bool) -> None:
        """Break lines at the edge, or let them run beyond it."""
        self._is_wrapped = is_wrapped
        mode = QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere if is_wrapped else QTextOption.WrapMode.NoWrap
        self.setWordWrapMode(mode)
        policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOff if is_wrapped else Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self.setHorizontalScrollBarPolicy(policy)
        self._fit_height()

    def set_max_height(self, max_height_px: int) -> None:
        """Change the height from which the text scrolls inside."""
        self._max_height_px = max_height_px
        self._fit_height()

    def sizeHint(self) -> QSize:
        """Return the size that shows all lines, up to the limit."""
        return QSize(200, self.height())

    def minimumSizeHint(self) -> QSize:
        """Let the view be as narrow as its pane."""
        return QSize(40, 0)

    def createMimeDataFromSelection(self) -> QMimeData:
        """Copy the selection without the breaks that are only the screen's."""
        cursor = self.textCursor()
        start, end = cursor.selectionStart(), cursor.selectionEnd()
        parts: list[str] = []
        block = self.document().findBlock(start)
        while block.isValid() and block.position() <= end:
            if parts and block.blockNumber() not in self._pieces:
                parts.append("\n")
            parts.append(_overlap(block, start, end))
            block = block.next()
        mime = QMimeData()
        mime.setText("".join(parts))
        return mime

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow a new width with a new height."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fit_height()

    def _append(self, text: str) -> None:
        shown = shown_text(text)
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        first = cursor.blockNumber()
        broken, breaks = _break_long_lines(shown)
        selected = self.textCursor()
        anchor, position, scrolled = selected.anchor(), selected.position(), self.verticalScrollBar().value()
        self._is_filling = True
        cursor.insertText(broken)
        self._is_filling = False
        if anchor != position:  # a selection that reached the end would grow with it
            selected.setPosition(anchor)
            selected.setPosition(position, QTextCursor.MoveMode.KeepAnchor)
            self.setTextCursor(selected)
            self.verticalScrollBar().setValue(scrolled)
        self._pieces.update(first + number for number in breaks)
        self._fit_height()

    def _on_document_size_changed(self) -> None:
        self._fit_height()

    def _fit_height(self) -> None:
        if self._is_filling:
            return
        needed = round(self._text_height()) + 4
        if not self._is_wrapped and self.horizontalScrollBar().maximum() > 0:
            needed += self.horizontalScrollBar().height()
        height = min(needed, self._max_height_px)
        is_scrolled = needed > self._max_height_px
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if is_scrolled else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        if self.verticalScrollBarPolicy() != policy:
            self.setVerticalScrollBarPolicy(policy)
        if height != self.height() or self.minimumHeight() != height:
            self.setFixedHeight(height)
            self._settle()

    def _settle(self) -> None:
        """Ask for the room once more: a height that changes while the layout gives out widths is lost on it."""
        if self.parentWidget() is None:
            return  # whoever takes the view in asks for its height then
        if self._settling is None:
            self._settling = QTimer(self, singleShot=True, interval=0)
            self._settling.timeout.connect(self.updateGeometry)
        self._settling.start()

    def _text_height(self) -> float:
        """Return the height of the text, or one beyond the limit.

        Asking block by block lays each out: Qt's own size of the document counts lines as they were at a width that
        is gone.
        """
        height = QFontMetricsF(self.font()).lineSpacing()
        block, below = self.document().firstBlock(), 0.0
        while block.isValid() and below <= self._max_height_px:
            below += self.blockBoundingRect(block).height()
            block = block.next()
        return max(height, below)


def shown_text(text: str) -> str:
    """Return a text as the screen may show it: control characters and overrides of direction are marked as such."""
    return text.replace("\r\n", "\n").translate(_SHOWN_INSTEAD)


def _break_long_lines(text: str) -> tuple[str, list[int]]:
    """Return the text with breaks in its long lines, and the numbers of the lines that begin at such a break."""
    if len(text) <= _MAX_LINE_CHARS:
        return text, []
    lines: list[str] = []
    pieces: list[int] = []
    for line in text.split("\n"):
        start = 0
        while len(line) - start > _MAX_LINE_CHARS:
            end = start + _MAX_LINE_CHARS
            end = line.rfind(" ", end - _MAX_WORD_CHARS, end) + 1 or end  # not within a word, where that can be
            lines.append(line[start:end])
            pieces.append(len(lines))
            start = end
        lines.append(line[start:])
    return "\n".join(lines), pieces


def _overlap(block: QTextBlock, start: int, end: int) -> str:
    begin = max(0, start - block.position())
    return block.text()[begin : max(0, end - block.position())]
