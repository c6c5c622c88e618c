"""What people said of a span."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_viewer.format.moments import format_absolute
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.widgets.card import Card
from spanglass_viewer.widgets.labels import PlainLabel
from spanglass_viewer.widgets.text_view import TextView

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from spanglass_store.database.records import CommentRecord
    from spanglass_viewer.panes.detail.context import DetailContext


class CommentsCard(Card):
    """Comments, oldest first."""

    def __init__(self, context: DetailContext, parent: QWidget | None = None) -> None:
        super().__init__("Comments", context.appearance, parent)
        self._comments: tuple[CommentRecord, ...] = ()

    def show_comments(self, comments: tuple[CommentRecord, ...]) -> None:
        """Show comments; the same ones again change nothing."""
        if comments == self._comments:
            return
        self._comments = comments
        self.clear_body()
        for comment in comments:
            said = " · ".join(part for part in (format_absolute(comment.created_us), comment.source) if part)
            self.body.addWidget(PlainLabel(said, role=FontRole.TINY, tone="faint"))
            self.body.addWidget(TextView(comment.text or comment.raw, role=FontRole.BODY))
