"""Labels that show text as text: Qt would guess rich text, and untrusted rich text reads files."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from spanglass_viewer.format.text import one_line
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.theme.text_size import wear


class PlainLabel(QLabel):
    """A label of plain text; `tone` is muted, faint, error, ok or warning."""

    def __init__(
        self,
        text: str = "",
        *,
        role: FontRole = FontRole.BODY,
        tone: str | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        wear(self, role)
        self.setText(text)
        if tone is not None:
            self.setProperty("tone", tone)

    def set_tone(self, tone: str | None) -> None:
        """Change what the colour says."""
        set_style_property(self, "tone", tone)


class ElidedLabel(PlainLabel):
    """One line of text, cut with an ellipsis where there is no room; hovering shows the whole."""

    def __init__(
        self,
        text: str = "",
        *,
        role: FontRole = FontRole.BODY,
        tone: str | None = None,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
        parent: QWidget | None = None,
    ) -> None:
        self._mode = mode
        super().__init__(text, role=role, tone=tone, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        """Set the text and, for the whole of it, the tooltip."""
        line = one_line(text)
        super().setText(line)
        self.setToolTip(plain_tooltip(line))

    def minimumSizeHint(self) -> QSize:
        """Let the label shrink to nothing."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw as much as there is room for."""
        painter = QPainter(self)
        shown = QFontMetrics(self.font()).elidedText(self.text(), self._mode, self.contentsRect().width())
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawText(self.contentsRect(), int(self.alignment()), shown)


def plain_tooltip(text: str) -> str:
    """Return text that a tooltip shows as it is, whatever tags it holds."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") if "<" in text or "&" in text else text


def set_style_property(widget: QWidget, name: str, value: str | None) -> None:
    """Change a property that the style sheet reads, and let the sheet look again."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
