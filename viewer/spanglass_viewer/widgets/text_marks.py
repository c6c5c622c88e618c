"""Marks behind a text that is looked for: wherever it stands in a document, or in one painted line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect
from PySide6.QtGui import QFontMetrics, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

if TYPE_CHECKING:
    from PySide6.QtGui import QColor, QPainter

_MAX_MARKS = 500


def mark_document(view: QPlainTextEdit | QTextEdit, needle: str, color: QColor) -> None:
    """Mark a text in a view, in whatever case, instead of what was marked before; nothing takes the marks away.

    It is marked also as JSON writes it, with its quotes, backslashes and line breaks escaped.
    """
    found: list[QTextEdit.ExtraSelection] = []
    for wanted in dict.fromkeys((needle, json.dumps(needle, ensure_ascii=False)[1:-1])):
        cursor = view.document().find(wanted, 0) if wanted else QTextCursor()
        while not cursor.isNull() and len(found) < _MAX_MARKS:
            selection = QTextEdit.ExtraSelection()
            selection.cursor = cursor  # pyright: ignore[reportAttributeAccessIssue] - the stubs lack it
            selection.format.setBackground(color)  # pyright: ignore[reportAttributeAccessIssue] - as above
            found.append(selection)
            cursor = view.document().find(wanted, cursor)
    found.sort(key=lambda mark: mark.cursor.selectionStart())  # pyright: ignore[reportAttributeAccessIssue, reportUnknownLambdaType, reportUnknownMemberType] - as above
    view.setExtraSelections(found)


def first_mark(view: QPlainTextEdit | QTextEdit) -> QRect | None:
    """Return where the first mark is in the view, None where there is none."""
    found = view.extraSelections()
    if not found:
        return None
    first = QTextCursor(found[0].cursor)  # pyright: ignore[reportAttributeAccessIssue] - the stubs lack it
    first.setPosition(first.selectionStart())
    return view.cursorRect(first)


def paint_marks(painter: QPainter, place: QRect, text: str, needle: str, color: QColor) -> bool:
    """Paint the ground of a text wherever it stands in a line that begins at the left of `place`; tell if it does."""
    shown, wanted = text.lower(), needle.lower()
    at = shown.find(wanted) if wanted and len(shown) == len(text) else -1
    is_there = at >= 0
    metrics = QFontMetrics(painter.font())
    while at >= 0:
        left = place.left() + metrics.horizontalAdvance(text[:at])
        width = metrics.horizontalAdvance(text[at : at + len(wanted)])
        painter.fillRect(QRect(left, place.top() + 2, width, place.height() - 4), color)
        at = shown.find(wanted, at + len(wanted))
    return is_there
