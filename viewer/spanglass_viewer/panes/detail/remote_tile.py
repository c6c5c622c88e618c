"""An image at an address: not fetched until somebody says so, once or for its host; then a picture like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from spanglass_viewer.backend.remote_images import host_of
from spanglass_viewer.format.text import one_line
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.theme.text_size import wear
from spanglass_viewer.widgets.buttons import IconButton
from spanglass_viewer.widgets.labels import ElidedLabel, plain_tooltip

if TYPE_CHECKING:
    from collections.abc import Callable

    from spanglass_viewer.backend.remote_images import RemoteImages
    from spanglass_viewer.panes.detail.context import DetailContext
    from spanglass_viewer.values.media import MediaItem


class RemoteTile(QWidget):
    """A placeholder that names the host; `make_tile` makes the picture's own tile when the bytes are here."""

    def __init__(
        self,
        item: MediaItem,
        context: DetailContext,
        remote: RemoteImages,
        make_tile: Callable[[MediaItem], QWidget],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._item = item
        self._remote = remote
        self._context = context
        self._make_tile = make_tile
        self._url = item.url or ""
        self._is_shown = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self._placeholder = self._make_placeholder()
        self._column.addWidget(self._placeholder)
        remote.fetched.connect(self._on_fetched)
        remote.failed.connect(self._on_failed)
        if (found := remote.find(self._url)) is not None:
            self._show(found)
        elif remote.is_allowed(self._url) or remote.is_fetching(self._url):
            self._fetch()

    def _make_placeholder(self) -> QFrame:
        host = one_line(host_of(self._url), 80)
        frame = QFrame(self)
        frame.setProperty("kind", "tile")
        frame.setAccessibleName(f"Image at {host}, not fetched")
        self._state = ElidedLabel(f"At {host} · not fetched", role=FontRole.TINY, tone="faint")
        self._once = _link_button("Load once", f"Fetch this image from {host}, this time")
        self._once.clicked.connect(self._on_once)
        self._always = _link_button("Always from this host", f"Fetch images from {host} without asking")
        self._always.clicked.connect(self._on_always)
        copy = IconButton("copy", "Copy address", self._context.appearance)
        copy.clicked.connect(self._on_copy)
        head = QHBoxLayout()
        head.addWidget(ElidedLabel(self._item.name, role=FontRole.SMALL), 1)
        head.addWidget(copy)
        row = QHBoxLayout()
        row.addWidget(self._once)
        row.addWidget(self._always)
        row.addStretch(1)
        column = QVBoxLayout(frame)
        column.setContentsMargins(10, 6, 6, 6)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self._state)
        column.addLayout(row)
        return frame

    def _fetch(self) -> None:
        self._state.setText(f"Fetching from {host_of(self._url)}…")
        for button in (self._once, self._always):
            button.setEnabled(False)
        self._remote.fetch(self._item)

    def _show(self, item: MediaItem) -> None:
        self._is_shown = True
        self._placeholder.hide()
        self._column.addWidget(self._make_tile(item))

    def _on_once(self) -> None:
        self._fetch()

    def _on_always(self) -> None:
        self._remote.allow_host(self._url)
        self._context.notice_given.emit(f"Images from {one_line(host_of(self._url), 80)} are fetched without asking")
        self._fetch()

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._url)

    def _on_fetched(self, url: str, item: MediaItem) -> None:
        if url == self._url and not self._is_shown:
            self._show(item)
            self._context.notice_given.emit(f"One image was fetched from {one_line(host_of(url), 80)}")

    def _on_failed(self, url: str, problem: str) -> None:
        if url == self._url:
            self._state.setText(problem)
            self._placeholder.setAccessibleName(f"Image at {one_line(host_of(url), 80)}, {problem}")
            for button in (self._once, self._always):
                button.setEnabled(True)


def _link_button(text: str, what: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("kind", "link")
    wear(button, FontRole.SMALL)
    button.setToolTip(plain_tooltip(what))
    return button
