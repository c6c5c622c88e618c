"""What people said of a span."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from spanglass_viewer.format.moments import format_absolute
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.values.annotations import SOURCE
from spanglass_viewer.widgets.buttons import IconButton
from spanglass_viewer.widgets.card import Card
from spanglass_viewer.widgets.labels import PlainLabel
from spanglass_viewer.widgets.text_view import TextView

if TYPE_CHECKING:
    from spanglass_store.database.records import CommentRecord
    from spanglass_viewer.panes.detail.context import DetailContext


class CommentsCard(Card):
    """Comments, oldest first; those that were made in a window can be taken back."""

    removal_wanted = Signal(object)  # CommentRecord

    def __init__(self, context: DetailContext, parent: QWidget | None = None) -> None:
        super().__init__("Comments", context.appearance, parent)
        self._appearance = context.appearance
        self._comments: tuple[CommentRecord, ...] = ()

    def show_comments(self, comments: tuple[CommentRecord, ...]) -> None:
        """Show comments; the same ones again change nothing."""
        if comments == self._comments:
            return
        self._comments = comments
        self.clear_body()
        for comment in comments:
            said = " · ".join(part for part in (format_absolute(comment.created_us), comment.source) if part)
            self.body.addWidget(self._make_head(comment, said))
            self.body.addWidget(TextView(comment.text or comment.raw, role=FontRole.BODY))

    def _make_head(self, comment: CommentRecord, said: str) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(PlainLabel(said, role=FontRole.TINY, tone="faint"), 1)
        if comment.source == SOURCE:
            remove = IconButton("close", "Take this comment back", self._appearance)
            remove.clicked.connect(lambda: self.removal_wanted.emit(comment))
            row.addWidget(remove)
        return head
