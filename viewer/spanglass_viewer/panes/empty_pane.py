"""What a store without traces shows: where it looks, what to paste, and a sample to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.theme.icons import icon_pixmap
from spanglass_viewer.widgets.buttons import IconButton
from spanglass_viewer.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from pathlib import Path

    from spanglass_viewer.theme.appearance import Appearance

SNIPPET = """import spanglass

spanglass.init_logger("my project")

@spanglass.traced
def answer(question: str) -> str:
    return "42"

answer("What do you get if you multiply six by nine?")"""


class EmptyPane(QScrollArea):
    """Stands where the trace would; goes as soon as a span is there. It scrolls: no window is too small for it."""

    sample_wanted = Signal()
    notice_given = Signal(str)  # a sentence for the status bar

    def __init__(self, store: Path, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._mark = QLabel()
        self._sample = QPushButton("Load the sample trace")
        self._sample.setProperty("kind", "primary")
        self._sample.clicked.connect(self._on_sample_clicked)
        self._lay_out(store)
        self._on_appearance_changed()
        appearance.changed.connect(self._on_appearance_changed)

    def _lay_out(self, store: Path) -> None:
        column = QVBoxLayout()
        column.setSpacing(12)
        self._mark.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        title = PlainLabel("Waiting for the first span", role=FontRole.TITLE)
        title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        watched = PlainLabel(f"Watching {store}", role=FontRole.SMALL, tone="muted")
        watched.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        watched.setWordWrap(True)
        watched.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        hint = PlainLabel("Run this, or any program that imports spanglass", tone="muted")
        hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        for widget in (self._mark, title, watched, hint, self._snippet_card()):
            column.addWidget(widget)
        column.addWidget(self._sample, 0, Qt.AlignmentFlag.AlignHCenter)
        block = QWidget()
        block.setLayout(column)
        block.setMaximumWidth(560)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(block)
        row.addStretch()
        content = QWidget()
        content.setObjectName("emptyContent")
        outer = QVBoxLayout(content)
        outer.addStretch()
        outer.addLayout(row)
        outer.addStretch()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setWidget(content)

    def _snippet_card(self) -> QFrame:
        card = QFrame()
        card.setProperty("kind", "card")
        code = PlainLabel(SNIPPET, role=FontRole.CODE)
        code.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        copy = IconButton("copy", "Copy the snippet", self._appearance)
        copy.clicked.connect(self._on_copy_clicked)
        row = QHBoxLayout(card)
        row.setContentsMargins(16, 14, 10, 14)
        row.addWidget(code, 1)
        row.addWidget(copy, 0, Qt.AlignmentFlag.AlignTop)
        return card

    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(SNIPPET + "\n")
        self.notice_given.emit("Snippet copied")

    def _on_sample_clicked(self) -> None:
        self._sample.setEnabled(False)
        self._sample.setText("The sample agent is starting…")
        self.sample_wanted.emit()

    def _on_appearance_changed(self) -> None:
        self._mark.setPixmap(
            icon_pixmap("app-mark", self._appearance.tokens.accent, 40, self.devicePixelRatioF() or 1.0)
        )
