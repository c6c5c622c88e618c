"""The error of a span: a red banner, then what was called, exception by exception."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from spanglass_viewer.panes.detail.editor import is_local_source
from spanglass_viewer.panes.detail.frames_view import FramesView, open_line
from spanglass_viewer.panes.detail.source_lines import find_source
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.tracebacks.parsed import Link, ParsedException, find_failed_frame
from spanglass_viewer.values.presentation import present
from spanglass_viewer.widgets.buttons import IconButton
from spanglass_viewer.widgets.card import Card
from spanglass_viewer.widgets.labels import ElidedLabel, PlainLabel
from spanglass_viewer.widgets.text_view import TextView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spanglass_viewer.panes.detail.blocks import BlockMaker
    from spanglass_viewer.panes.detail.context import DetailContext
    from spanglass_viewer.values.errors import ErrorStory
    from spanglass_viewer.values.media import MediaResolver

_BANNER_TEXT_PX = 160
_MAX_EXCEPTIONS = 40
_GROUP_INDENT_PX, _MOST_INDENTS = 14, 4  # a group may be deep, and the pane narrow
_LINK_WORDS = {
    Link.CAUSE: "Caused by",
    Link.CONTEXT: "Raised while handling",
    Link.MEMBER: "Member of the group",
}


class ErrorCard(Card):
    """Banner and frames."""

    def __init__(self, context: DetailContext, parent: QWidget | None = None) -> None:
        super().__init__("Error", context.appearance, parent)
        self._context = context
        self._story: ErrorStory | None = None
        self._parts: Iterator[QWidget] = iter(())  # that are still to be made
        copy = IconButton("copy", "Copy error", context.appearance)
        copy.clicked.connect(self.copy)
        self.add_tool(copy)
        more = IconButton("more", "More", context.appearance)
        menu = QMenu(more)
        menu.addAction("Copy as Markdown").triggered.connect(self.copy_as_markdown)
        more.setMenu(menu)
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.add_tool(more)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.set_tone("bare")

    def show_error(self, story: ErrorStory, maker: BlockMaker, resolver: MediaResolver) -> None:
        """Show an error anew, soon; the same one again changes nothing."""
        if self._story is not None and self._story == story:
            return
        self.clear()
        self._story, self._parts = story, self._iter_parts(story, maker, resolver)
        self._context.making.add(self)

    def fill(self) -> None:
        """Make the next part of what was put off."""
        part = next(self._parts, None)
        if part is not None:
            self.body.addWidget(part)
            self._context.making.add(self)

    def clear(self) -> None:
        """Forget the error."""
        self._story, self._parts = None, iter(())
        self._context.making.drop(self)
        for view in self.findChildren(FramesView):
            self._context.making.drop(view)
        self.clear_body()

    def _iter_parts(self, story: ErrorStory, maker: BlockMaker, resolver: MediaResolver) -> Iterator[QWidget]:
        yield _banner(story)
        exceptions = story.parsed.exceptions[:_MAX_EXCEPTIONS]
        if any(exception.frames for exception in exceptions) or len(exceptions) > 1:
            yield self._make_chain(exceptions)
        if story.rest is not None:
            yield _framed(maker.make(present(story.rest, resolver)))

    def _make_chain(self, exceptions: tuple[ParsedException, ...]) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        for number, exception in enumerate(exceptions):
            part = QWidget()
            part_column = QVBoxLayout(part)
            part_column.setContentsMargins(min(exception.depth, _MOST_INDENTS) * _GROUP_INDENT_PX, 0, 0, 0)
            part_column.setSpacing(6)
            if exception.link is not None:
                part_column.addWidget(_link_title(exception))
            if exception.frames:
                part_column.addWidget(FramesView(exception.frames, self._context, is_opened=number == 0))
            column.addWidget(part)
        return _framed(content)

    def copy(self) -> None:
        """Copy the error as it was logged."""
        self._copy(self._story and self._story.text, "Error copied")

    def copy_as_markdown(self) -> None:
        """Copy the error as a text for an LLM."""
        self._copy(self._story and self._story.as_markdown(), "Error copied as Markdown")

    def open_in_editor(self) -> None:
        """Open the user's line at which it failed, where it stands now."""
        frame = None if self._story is None else find_failed_frame(self._story.parsed)
        if self._story is None:
            self._context.notice_given.emit("The span has no error. Nothing was opened")
        elif frame is None or not is_local_source(Path(frame.path)):
            self._context.notice_given.emit("The error names no file that is on this machine. Nothing was opened")
        else:
            found = find_source(frame, self._context.logged_us)
            open_line(Path(frame.path), frame.line if found is None else found.line, self._context)

    def _copy(self, text: str | None, notice: str) -> None:
        if text is None:
            self._context.notice_given.emit("The span has no error. The clipboard is as it was")
            return
        QGuiApplication.clipboard().setText(text)
        self._context.notice_given.emit(notice)


def _banner(story: ErrorStory) -> QWidget:
    banner = QFrame()
    banner.setProperty("kind", "card")
    banner.setProperty("tone", "error")
    column = QVBoxLayout(banner)
    column.setContentsMargins(12, 10, 12, 10)
    column.setSpacing(4)
    title = story.title or "Error"
    head = QHBoxLayout()
    head.addWidget(ElidedLabel(title.rpartition(".")[2] or title, role=FontRole.BODY_STRONG, tone="error"), 1)
    if story.code:
        head.addWidget(PlainLabel(story.code[:40], role=FontRole.BODY_STRONG, tone="error"))
    column.addLayout(head)
    if story.message:
        message = TextView(story.message, role=FontRole.SMALL, max_height_px=_BANNER_TEXT_PX)
        message.setAccessibleName("Error message")
        column.addWidget(message)
    return banner


def _link_title(exception: ParsedException) -> QWidget:
    line = QWidget()
    column = QVBoxLayout(line)
    column.setContentsMargins(0, 4, 0, 0)
    column.setSpacing(2)
    if exception.link is not None:
        column.addWidget(PlainLabel(_LINK_WORDS[exception.link], role=FontRole.TINY, tone="faint"))
    column.addWidget(ElidedLabel(exception.type, role=FontRole.SMALL_STRONG, tone="error"))
    if exception.message:
        column.addWidget(TextView(exception.message, role=FontRole.SMALL, max_height_px=_BANNER_TEXT_PX))
    return line


def _framed(widget: QWidget) -> QFrame:
    frame = QFrame()
    frame.setProperty("kind", "card")
    frame.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
    column = QVBoxLayout(frame)
    column.setContentsMargins(12, 10, 12, 10)
    column.setAlignment(Qt.AlignmentFlag.AlignTop)
    column.addWidget(widget)
    return frame
