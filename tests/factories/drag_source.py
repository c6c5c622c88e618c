"""`python drag_source.py X Y FILE`: a small window at a place of the screen, from which a file can be dragged away."""

from __future__ import annotations

import sys

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel

TITLE, SIZE = "Files", (160, 40)


class DragSource(QLabel):
    """A press on it begins a drag."""

    def __init__(self, path: str) -> None:
        super().__init__(path.rsplit("/", 1)[-1])
        self._path = path
        self.setWindowTitle(TITLE)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFixedSize(*SIZE)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: ARG002, N802 - Qt's signature
        """Drag the file as a file manager does."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(self._path)])
        drag = QDrag(self)
        drag.setMimeData(data)
        drag.exec(Qt.DropAction.CopyAction)


def main() -> int:
    """Show the window until it is ended."""
    x, y, path = sys.argv[1:]
    app = QApplication([])
    source = DragSource(path)
    source.move(int(x), int(y))
    source.show()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
