"""Colours for indented JSON."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat

if TYPE_CHECKING:
    from PySide6.QtGui import QTextDocument

    from spanglass_viewer.theme.appearance import Appearance

MAX_CHARS = 200_000
_TOKEN = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*+"(?=\s*:))|(?P<string>"(?:[^"\\]|\\.)*+"?)'
    r"|(?P<number>-?\b\d[\d.eE+-]*)|(?P<word>\b(?:true|false|null)\b)"
)


class JsonHighlighter(QSyntaxHighlighter):
    """Colours keys, strings, numbers and words; follows the theme."""

    def __init__(self, document: QTextDocument, appearance: Appearance) -> None:
        super().__init__(document)
        self._appearance = appearance
        self._formats = self._make_formats()
        appearance.changed.connect(self._on_appearance_changed)

    def highlightBlock(self, text: str) -> None:
        """Colour one line; a string that was broken over lines is coloured on its first one alone."""
        for found in _TOKEN.finditer(text):
            kind = found.lastgroup
            if kind is not None:
                self.setFormat(found.start(), found.end() - found.start(), self._formats[kind])

    def _make_formats(self) -> dict[str, QTextCharFormat]:
        tokens = self._appearance.tokens
        colors = {
            "key": tokens.json_key,
            "string": tokens.json_string,
            "number": tokens.json_number,
            "word": tokens.json_word,
        }
        formats: dict[str, QTextCharFormat] = {}
        for name, color in colors.items():
            made = QTextCharFormat()
            made.setForeground(QColor(color))
            formats[name] = made
        return formats

    def _on_appearance_changed(self) -> None:
        self._formats = self._make_formats()
        self.rehighlight()
