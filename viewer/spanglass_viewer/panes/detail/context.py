"""What every part of the detail pane needs, handed down instead of reached for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from spanglass_viewer.panes.detail.card_making import CardMaking

if TYPE_CHECKING:
    from spanglass_viewer.backend.images import ImageLoader
    from spanglass_viewer.backend.remote_images import RemoteImages
    from spanglass_viewer.panes.detail.view_state import DetailViewState
    from spanglass_viewer.theme.appearance import Appearance


class DetailContext(QObject):
    """Appearance, images and state, and the wishes that parts of the pane send up."""

    media_opened = Signal(object)  # MediaItem: show it large
    notice_given = Signal(str)  # a sentence for the status bar
    field_link_wanted = Signal(str)  # a field's path, such as output.choices.0: copy the link that leads there

    def __init__(
        self,
        appearance: Appearance,
        images: ImageLoader,
        state: DetailViewState,
        parent: QObject | None = None,
        remote: RemoteImages | None = None,
    ) -> None:
        super().__init__(parent)
        self.appearance = appearance
        self.images = images
        self.remote = remote
        self.state = state
        self.making = CardMaking(self)
        self.editor = ""  # the command that the user set, "" for the one that is found
        self.logged_us = 0  # when the span that is shown was logged
        self.git_commit: str | None = None  # what was checked out then
