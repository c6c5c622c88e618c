"""Markdown to read: a document that is built run by run, so that no tag is ever parsed and nothing is ever loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QRect, QSize, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QImage,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextTableFormat,
)
from PySide6.QtWidgets import QFrame, QPushButton, QSizePolicy, QTextEdit, QVBoxLayout, QWidget

from spanglass_viewer.format.quantities import format_count
from spanglass_viewer.theme.fonts import FontRole, font
from spanglass_viewer.theme.text_size import wear
from spanglass_viewer.values.code_colors import CodeKind, color_code
from spanglass_viewer.values.markdown import BlockKind, MarkdownBlock, Run, read_markdown
from spanglass_viewer.widgets.text_marks import first_mark, mark_document
from spanglass_viewer.widgets.text_view import shown_text

if TYPE_CHECKING:
    from spanglass_viewer.theme.appearance import Appearance

_PAGE_CHARS = 8000  # reading and laying out this much takes less than a frame
_INDENT_PX = 18
_GAP_PX = 8
_HEADING_SCALES = {1: 1.35, 2: 1.2, 3: 1.08}


class MarkdownView(QWidget):
    """A text as Markdown, a page at a time; "Load more" below where it goes on."""

    def __init__(self, text: str, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rest = text
        self._page = MarkdownPage(appearance)
        self._more = QPushButton()
        self._more.setProperty("kind", "link")
        self._more.clicked.connect(self.load_more)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._page)
        column.addWidget(self._more)
        self.load_more()

    @property
    def view(self) -> QTextEdit:
        """What shows the document."""
        return self._page

    def load_more(self) -> None:
        """Show the next page; it ends between two paragraphs where there is such a place."""
        end = len(self._rest)
        if end > _PAGE_CHARS:
            end = self._rest.rfind("\n\n", 0, _PAGE_CHARS) + 2
            end = end if end > _PAGE_CHARS // 4 else _PAGE_CHARS
        page, self._rest = self._rest[:end], self._rest[end:]
        self._page.append_blocks(read_markdown(shown_text(page)))
        self._more.setVisible(bool(self._rest))
        self._more.setText(f"Load more ({format_count(len(self._rest))} characters are not shown)")


class MarkdownPage(QTextEdit):
    """Read-only, as tall as its text; what is copied from it is plain text."""

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self._appearance = appearance
        self._blocks: list[MarkdownBlock] = []
        self.setReadOnly(True)
        self.setAcceptRichText(False)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        wear(self, FontRole.BODY)
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setAccessibleName("Markdown")
        self.viewport().setAutoFillBackground(False)
        self.document().setDocumentMargin(0)
        appearance.changed.connect(self._on_appearance_changed)

    def append_blocks(self, blocks: tuple[MarkdownBlock, ...]) -> None:
        """Write more blocks at the end."""
        writer = _DocumentWriter(self.document(), self._appearance, is_first=not self._blocks)
        self._blocks += blocks
        for block in blocks:
            writer.write(block)
        self._fit_height()

    def mark(self, needle: str, color: QColor) -> QRect | None:
        """Mark a text wherever it stands, in whatever case, and return the place of the first one."""
        mark_document(self, needle, color)
        return first_mark(self)

    def loadResource(self, kind: int, name: QUrl | str) -> object:  # noqa: ARG002 - Qt's signature
        """Load nothing, whatever a document asks for."""
        return QImage()

    def createMimeDataFromSelection(self) -> QMimeData:
        """Copy plain text."""
        mime = QMimeData()
        mime.setText(self.textCursor().selection().toPlainText())
        return mime

    def sizeHint(self) -> QSize:
        """Return the size that shows all lines."""
        return QSize(200, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow a new width with a new height."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fit_height()

    def _fit_height(self) -> None:
        self.document().setTextWidth(self.viewport().width())
        self.setFixedHeight(round(self.document().size().height()) + 4)

    def _on_appearance_changed(self) -> None:
        blocks, self._blocks = tuple(self._blocks), []
        self.clear()
        self.append_blocks(blocks)


class _DocumentWriter:
    """Writes blocks at the end of a document."""

    def __init__(self, document: QTextDocument, appearance: Appearance, *, is_first: bool) -> None:
        self._cursor = QTextCursor(document)
        self._cursor.movePosition(QTextCursor.MoveOperation.End)
        self._tokens = appearance.tokens
        self._is_first = is_first
        self._is_on_empty_line = is_first  # as after a frame or a table, below which Qt keeps a line

    def write(self, block: MarkdownBlock) -> None:
        if block.kind is BlockKind.TABLE:
            self._write_table(block)
        elif block.kind is BlockKind.CODE:
            self._write_code(block)
        else:
            self._open_block(block)
            if block.marker:
                self._cursor.insertText(f"{block.marker} ", self._format(Run(""), tone=self._tokens.text_faint))
            tone = self._tokens.text_muted if block.quotes else None
            for run in block.runs:
                self._cursor.insertText(
                    run.text.replace("\n", "\u2028"), self._format(run, level=block.level, tone=tone)
                )
        self._is_first = False
        self._is_on_empty_line = block.kind in {BlockKind.TABLE, BlockKind.CODE}

    def _open_block(self, block: MarkdownBlock) -> None:
        shape = QTextBlockFormat()
        shape.setLeftMargin(_INDENT_PX * (max(0, block.indent - 1) + block.quotes))
        if block.indent:
            shape.setLeftMargin(shape.leftMargin() + (0 if block.marker else _INDENT_PX) + 2)
        gap = _GAP_PX // 2 if block.marker else _GAP_PX
        shape.setTopMargin(0 if self._is_first else gap)
        if block.kind is BlockKind.RULE:
            shape.setProperty(
                QTextBlockFormat.Property.BlockTrailingHorizontalRulerWidth,
                QTextLength(QTextLength.Type.PercentageLength, 100),
            )
            shape.setBackground(QColor(self._tokens.border))
        if self._is_on_empty_line:
            self._cursor.setBlockFormat(shape)
        else:
            self._cursor.insertBlock(shape, QTextCharFormat())

    def _write_code(self, block: MarkdownBlock) -> None:
        shape = QTextFrameFormat()
        shape.setBackground(QColor(self._tokens.window))
        shape.setPadding(8)
        shape.setTopMargin(_GAP_PX)
        shape.setLeftMargin(_INDENT_PX * (block.indent + block.quotes))
        frame = self._cursor.insertFrame(shape)
        inner = frame.firstCursorPosition()
        code = block.runs[0].text
        plain = QTextCharFormat()
        plain.setFont(font(FontRole.CODE))
        plain.setForeground(QColor(self._tokens.text))
        done = 0
        for start, length, kind in color_code(code, block.language):
            inner.insertText(code[done:start], plain)
            colored = QTextCharFormat(plain)
            colored.setForeground(QColor(self._color_of(kind)))
            inner.insertText(code[start : start + length], colored)
            done = start + length
        inner.insertText(code[done:], plain)
        self._cursor.movePosition(QTextCursor.MoveOperation.End)

    def _write_table(self, block: MarkdownBlock) -> None:
        columns = max((len(row) for row in block.rows), default=0)
        if not columns:
            return
        shape = QTextTableFormat()
        shape.setBorder(1)
        shape.setBorderBrush(QColor(self._tokens.border))
        shape.setBorderCollapse(True)
        shape.setCellPadding(4)
        shape.setTopMargin(_GAP_PX)
        shape.setHeaderRowCount(1)
        table = self._cursor.insertTable(len(block.rows), columns, shape)
        for number, row in enumerate(block.rows):
            for column, cell in enumerate(row):
                inner = table.cellAt(number, column).firstCursorPosition()
                for run in cell:
                    inner.insertText(run.text, self._format(run, level=4 if number == 0 else 0))
        self._cursor.movePosition(QTextCursor.MoveOperation.End)

    def _format(self, run: Run, *, level: int = 0, tone: str | None = None) -> QTextCharFormat:
        shape = QTextCharFormat()
        face = FontRole.CODE if run.is_code else FontRole.BODY_STRONG if run.is_bold or level else FontRole.BODY
        shape.setFont(font(face, _HEADING_SCALES.get(level, 1.0)))
        shape.setFontItalic(run.is_italic)
        shape.setFontStrikeOut(run.is_struck)
        color = self._tokens.accent if run.is_link else self._tokens.text
        shape.setForeground(QColor(tone or color))
        if run.is_code:
            shape.setBackground(QColor(self._tokens.pressed))
        return shape

    def _color_of(self, kind: CodeKind) -> str:
        return {
            CodeKind.KEYWORD: self._tokens.json_word,
            CodeKind.STRING: self._tokens.json_string,
            CodeKind.NUMBER: self._tokens.json_number,
            CodeKind.COMMENT: self._tokens.text_faint,
            CodeKind.NAME: self._tokens.json_key,
        }[kind]
