"""All attachments and images of a span, one below the other, images first among what can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_viewer.panes.detail.media_tile import media_tile
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.widgets.card import Card
from spanglass_viewer.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from spanglass_viewer.panes.detail.context import DetailContext
    from spanglass_viewer.values.media import MediaItem

_MAX_TILES = 60


class AttachmentsCard(Card):
    """A tile for each attachment."""

    def __init__(self, context: DetailContext, parent: QWidget | None = None) -> None:
        super().__init__("Attachments", context.appearance, parent)
        self._context = context
        self._items: list[MediaItem] = []
        self.set_tone("bare")
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(12)

    def show_items(self, items: list[MediaItem]) -> None:
        """Show attachments; the same ones again change nothing."""
        if items == self._items:
            return
        self._items = items
        self.clear_body()
        self.set_note(f"{len(items):,}")
        for item in items[:_MAX_TILES]:
            self.body.addWidget(media_tile(item, self._context, is_large=True))
        if (hidden := len(items) - _MAX_TILES) > 0:
            self.body.addWidget(PlainLabel(f"{hidden:,} more are not shown here", role=FontRole.SMALL, tone="faint"))
