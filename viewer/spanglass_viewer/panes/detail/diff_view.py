"""The difference of two texts as text to read, wrapped, and marked by words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat
from PySide6.QtWidgets import QVBoxLayout, QWidget

from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.values.text_diff import DiffLine, LineKind, diff_texts
from spanglass_viewer.widgets.labels import PlainLabel
from spanglass_viewer.widgets.paged_text import PagedText

if TYPE_CHECKING:
    from PySide6.QtGui import QTextDocument

    from spanglass_viewer.theme.appearance import Appearance

# a line is broken for the screen after this many characters, sign and blank included
_PIECE_CHARS = 1000
_SIGN_CHARS = 2
_MOST_CHARS = 120_000  # comparing more would keep the window waiting
_LINE_ALPHA, _WORD_ALPHA = 0.12, 0.32


class DiffView(QWidget):
    """Lines that were removed and added, the words that differ marked; equal lines far from a change are left out."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._note = PlainLabel(role=FontRole.SMALL, tone="faint")
        self._text: PagedText | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._note, 0, Qt.AlignmentFlag.AlignTop)

    def show_texts(self, before: str, after: str) -> None:
        """Show how `after` differs from `before`."""
        if self._text is not None:
            self._column.removeWidget(self._text)
            self._text.hide()
            self._text.deleteLater()
            self._text = None
        self._note.setVisible(True)
        if len(before) + len(after) > _MOST_CHARS:
            self._note.setText("The two are equal" if before == after else "Too long to be compared here")
            return
        lines = diff_texts(before, after)
        self._note.setText("The two are equal")
        self._note.setVisible(not lines)
        if lines:
            shown = "\n".join(f"{line.kind.value} {line.text}" for line in lines)
            self._text = PagedText(shown, self._appearance, role=FontRole.CODE)
            _DiffHighlighter(self._text.view.document(), lines, self._appearance)
            self._column.addWidget(self._text)


class _DiffHighlighter(QSyntaxHighlighter):
    """Colours each line by its kind, and in it the words that the other side has otherwise."""

    def __init__(self, document: QTextDocument, lines: list[DiffLine], appearance: Appearance) -> None:
        super().__init__(document)
        self._appearance = appearance
        self._pieces = [
            (line, start)
            for line in lines
            for start in range(0, max(1, len(line.text) + _SIGN_CHARS), _PIECE_CHARS)
        ]  # fmt: skip
        appearance.changed.connect(self.rehighlight)
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        """Colour one line, or the piece of a long one."""
        number = self.currentBlock().blockNumber()
        if number >= len(self._pieces):
            return
        line, start = self._pieces[number]
        color = self._color(line.kind)
        if color is None:
            return
        whole = QTextCharFormat()
        if line.kind is LineKind.SKIPPED:
            whole.setForeground(color)
            self.setFormat(0, len(text), whole)
            return
        color.setAlphaF(_LINE_ALPHA)
        whole.setBackground(color)
        self.setFormat(0, len(text), whole)
        word = QTextCharFormat()
        color.setAlphaF(_WORD_ALPHA)
        word.setBackground(color)
        for begin, end in line.marks:
            first = max(0, begin + _SIGN_CHARS - start)
            last = min(len(text), end + _SIGN_CHARS - start)
            if last > first:
                self.setFormat(first, last - first, word)

    def _color(self, kind: LineKind) -> QColor | None:
        tokens = self._appearance.tokens
        named = {LineKind.ADDED: tokens.ok, LineKind.REMOVED: tokens.warning, LineKind.SKIPPED: tokens.text_faint}
        return QColor(named[kind]) if kind in named else None
