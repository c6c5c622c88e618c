"""All attachments and images of a span, one below the other, images first among what can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_viewer.panes.detail.media_tile import media_tile
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.widgets.card import Card
from spanglass_viewer.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Iterator

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
        self._awaited: Iterator[MediaItem] = iter(())  # those whose tiles are still to be made
        self.set_tone("bare")
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(12)

    def show_items(self, items: list[MediaItem]) -> None:
        """Show attachments, soon; the same ones again change nothing."""
        if items == self._items:
            return
        self._items = items
        self._awaited = iter(items[:_MAX_TILES])
        self.set_note(f"{len(items):,}")
        self._context.making.drop(self)
        self._context.making.hold(self)
        self.clear_body()
        if items:
            self._context.making.add(self)

    def fill(self) -> None:
        """Make the next tile."""
        item = next(self._awaited, None)
        if item is not None:
            self.body.addWidget(media_tile(item, self._context, is_large=True))
            self._context.making.add(self)
        elif (hidden := len(self._items) - _MAX_TILES) > 0:
            self.body.addWidget(PlainLabel(f"{hidden:,} more are not shown here", role=FontRole.SMALL, tone="faint"))
