"""Messages one below the other, of which only those in sight are made; a thousand cost no more than ten.

What is not made yet is painted as it is going to look, and made right after it was painted, a few milliseconds an
event. Its height is an estimate until then; where it turns out wrong above what the user looks at, the pane scrolls
along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFontMetrics, QHideEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QPushButton, QScrollArea, QSizePolicy, QWidget

from spanglass_viewer.format.quantities import format_many
from spanglass_viewer.format.text import one_line
from spanglass_viewer.panes.detail.message_block import INDENT_PX, MessageBlock, paint_stripe, role_title
from spanglass_viewer.theme.fonts import FontRole, font
from spanglass_viewer.theme.text_size import text_px
from spanglass_viewer.turns.slices import Slices
from spanglass_viewer.values.chat.messages import Message, TextPart, ToolCall

if TYPE_CHECKING:
    from spanglass_viewer.panes.detail.context import DetailContext
    from spanglass_viewer.panes.detail.message_block import ChatMakers

_UNFOLDED_AT_END = 4
_EARLIER_AT_LEAST = 3  # one or two earlier messages are quicker read than asked for
_SHORT_SYSTEM_CHARS = 240
_GAP_PX = 10
_TITLE_PX = 26
_EARLIER_PX = 26
_BODY_MAX_PX = 480
_AHEAD_PX = 400
_MOST_BLOCKS = 80
_DROPPED_AT_ONCE = 4  # what is dropped is deleted in the next turn
_PAINTED_CHARS = 2000
_GUESSED_PARTS = 20


class MessageColumn(QWidget):
    """Messages from first to last; `is_idle` once all in sight are made."""

    def __init__(
        self,
        messages: tuple[Message, ...],
        makers: ChatMakers,
        context: DetailContext,
        *,
        unfolded: frozenset[int] | None = None,
    ) -> None:
        super().__init__()
        self._messages = messages
        self._makers = makers
        self._context = context
        self._unfolded: set[int] = {*(unfolded_at_first(messages) if unfolded is None else unfolded)}
        self._as_markdown: set[int] = set()
        self._first = self._first_shown() if unfolded is None or 0 not in unfolded else 0
        self._blocks: dict[int, MessageBlock] = {}
        self._heights: list[int] = []
        self._tops: list[int] = []
        self._measured: set[int] = set()
        self._wanted: list[int] = []
        self._is_letting_go = False
        self._earlier = QPushButton(self)
        self._earlier.setProperty("kind", "link")
        self._earlier.setCursor(Qt.CursorShape.PointingHandCursor)
        self._earlier.clicked.connect(self.show_earlier)
        self._making = Slices(self)
        self._making.due.connect(self._on_making_due)
        # a height that changes while the layout gives out widths is lost on it: ask once more afterwards
        self._settling = QTimer(self, singleShot=True, interval=0)
        self._settling.timeout.connect(self.updateGeometry)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        context.appearance.changed.connect(self.update)
        self._estimate()

    @property
    def is_idle(self) -> bool:
        """Tell whether no message that was painted is still to be made."""
        return not self._making.is_active

    @property
    def messages(self) -> tuple[Message, ...]:
        """All messages, those that are folded away too."""
        return self._messages

    def unfolded(self) -> frozenset[int]:
        """Return the numbers of the messages that are shown whole."""
        return frozenset(number for number in self._unfolded if number >= self._first)

    def show_messages(self, messages: tuple[Message, ...]) -> None:
        """Show other messages; those that are the same keep their widgets, place and state."""
        before, self._messages = self._messages, messages
        for number in list(self._blocks):
            if number >= len(messages) or messages[number] != before[number]:
                self._drop(number)
        was_at_end = len(before) - 1 in self._unfolded
        self._unfolded = {number for number in self._unfolded if number < len(messages)}
        if was_at_end:
            self._unfolded |= set(range(len(before), len(messages)))
        self._first = min(self._first, self._first_shown())
        self._estimate()

    def set_all_unfolded(self, *, is_unfolded: bool) -> None:
        """Show all messages whole, the earlier ones too, or each in a line."""
        self._first = 0
        self._unfolded = {*range(len(self._messages))} if is_unfolded else set[int]()
        for number, block in self._blocks.items():
            block.set_folded(is_folded=number not in self._unfolded)
        self._measured.clear()
        self._estimate()

    def set_all_markdown(self) -> None:
        """Show every text as Markdown."""
        self._as_markdown = {*range(len(self._messages))}
        for block in self._blocks.values():
            block.set_markdown(is_markdown=True)

    def show_earlier(self) -> None:
        """Show what came long before, whole but for long instructions."""
        self._unfolded |= {number for number in range(self._first) if not _is_long_system(self._messages[number])}
        self._first = 0
        self._estimate()

    def reveal(self, number: int) -> MessageBlock:
        """Return a message's block, made and unfolded."""
        if number < self._first:
            self.show_earlier()
        if number not in self._blocks:
            self._make(number)
        block = self._blocks[number]
        if block.is_folded:
            block.set_folded(is_folded=False)
            self._on_fold_changed(number)
        return block

    def block_at(self, number: int) -> MessageBlock | None:
        """Return a message's block where it is made."""
        return self._blocks.get(number)

    def sizeHint(self) -> QSize:
        """Return the size that shows everything."""
        return QSize(200, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew for another width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._measured.clear()
            self._estimate()
            self._join_making()

    def fill(self) -> None:
        """Make the next message in sight, while the pane keeps its picture: then all is shown at once, in its place."""
        sight = self.visibleRegion().boundingRect()
        in_sight = [] if sight.isEmpty() else self._numbers_in(sight)
        following = next((number for number in in_sight if number not in self._blocks), None)
        if following is not None:
            self._make(following)
        if following is not None or self._settling.isActive():
            self._join_making()

    def _join_making(self) -> None:
        """Be filled with the cards, as long as they are shown only when all are made; else painting tells what is."""
        if self._context.making.is_holding:
            self._context.making.add(self)

    def hideEvent(self, event: QHideEvent) -> None:
        """Have nothing made any more: a body that is taken out of its card is hidden first."""
        super().hideEvent(event)
        self._context.making.drop(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint those messages that are not made yet, and have them made."""
        painter = QPainter(self)
        wanted: list[int] = []
        for number in self._numbers_in(event.rect()):
            if number not in self._blocks:
                self._paint_message(painter, number)
                wanted.append(number)
        if wanted:
            self._wanted = wanted
            self._making.start()

    def _first_shown(self) -> int:
        earlier = len(self._messages) - _UNFOLDED_AT_END
        return earlier if earlier >= _EARLIER_AT_LEAST else 0

    # places

    def _estimate(self) -> None:
        """Guess the heights of what is not made, and place everything."""
        width = max(1, self.width() - INDENT_PX)
        sans = QFontMetrics(font(FontRole.BODY))
        chars_a_line = max(1, width // max(1, sans.averageCharWidth()))
        self._heights = [
            self._heights[number]
            if number in self._measured and number < len(self._heights)
            else text_px(_TITLE_PX)
            if number not in self._unfolded
            else _guess_height(message, chars_a_line, sans.lineSpacing())
            for number, message in enumerate(self._messages)
        ]
        self._earlier.setVisible(self._first > 0)
        self._earlier.setText(format_many(self._first, "earlier message"))
        self._earlier.setAccessibleName(f"Show {format_many(self._first, 'earlier message')}")
        for number in [number for number in self._blocks if number < self._first]:
            self._drop(number)
        self._place()
        self._measure(*self._blocks)

    def _place(self) -> None:
        top = text_px(_EARLIER_PX) + _GAP_PX if self._first else 0
        self._tops = [0] * len(self._messages)
        for number in range(self._first, len(self._messages)):
            self._tops[number] = top
            top += self._heights[number] + _GAP_PX
        self._earlier.setGeometry(0, 0, min(self.width(), self._earlier.sizeHint().width()), text_px(_EARLIER_PX))
        for number, block in self._blocks.items():
            block.setGeometry(0, self._tops[number], self.width(), self._heights[number])
        height = max(1, top - _GAP_PX)
        if height != self.height() or self.minimumHeight() != height:
            self.setFixedHeight(height)
            self._settling.start()
        self.update()

    def _numbers_in(self, rect: QRect) -> list[int]:
        return [
            number
            for number in range(self._first, len(self._messages))
            if self._tops[number] <= rect.bottom() and self._tops[number] + self._heights[number] >= rect.top()
        ]

    # making

    def _on_making_due(self) -> None:
        sight = self.visibleRegion().boundingRect()
        near = [] if sight.isEmpty() else self._numbers_in(sight.adjusted(0, -_AHEAD_PX, 0, _AHEAD_PX))
        self._wanted += near
        while self._wanted:
            number = self._wanted.pop(0)
            if number < len(self._messages) and number not in self._blocks:
                self._make(number)
                if not self._making.has_time:
                    break
        self._wanted = [number for number in self._wanted if number not in self._blocks]
        if not self._wanted and not self._let_go_of_far(near):
            self._making.stop()

    def _make(self, number: int) -> None:
        block = MessageBlock(self._messages[number], self._makers, self._context)
        block.setParent(self)
        block.set_markdown(is_markdown=number in self._as_markdown)
        block.set_folded(is_folded=number not in self._unfolded)
        block.fold_toggled.connect(self._on_fold_toggled)
        block.markdown_toggled.connect(self._on_markdown_toggled)
        block.height_changed.connect(self._on_height_changed)
        self._blocks[number] = block
        block.setGeometry(0, self._tops[number], self.width(), self._heights[number])
        block.show()
        self._measure(number)

    def _measure(self, *numbers: int) -> None:
        """Take over the heights that blocks need at this width."""
        sight = self.visibleRegion().boundingRect()
        grown = grown_above = 0
        for number in numbers:
            needed = self._blocks[number].needed_height(self.width())
            change = needed - self._heights[number]
            self._measured.add(number)
            self._heights[number] = needed
            grown += abs(change)
            grown_above += change if not sight.isEmpty() and self._tops[number] < sight.top() else 0
        if grown:
            area = self._find_scroll_area()
            wanted = area.verticalScrollBar().value() + grown_above if area is not None and grown_above else None
            self._place()
            if area is not None and wanted is not None:
                self._scroll_to(area, wanted)

    def _find_scroll_area(self) -> QScrollArea | None:
        widget = self.parentWidget()
        while widget is not None and not isinstance(widget, QScrollArea):
            widget = widget.parentWidget()
        return widget

    def _scroll_to(self, area: QScrollArea, value: int) -> None:
        """Keep what the user looks at in its place on the screen, after something above it has changed its height."""
        content = area.widget()
        widget = self.parentWidget()
        while widget is not None and widget is not content:
            if (layout := widget.layout()) is not None:
                layout.activate()
            widget = widget.parentWidget()
        if content is not None:
            QCoreApplication.sendEvent(content, QEvent(QEvent.Type.LayoutRequest))  # now, before a paint
        area.verticalScrollBar().setValue(value)

    def _drop(self, number: int) -> None:
        block = self._blocks.pop(number)
        self._measured.discard(number)
        block.hide()
        block.deleteLater()

    def _let_go_of_far(self, near: list[int]) -> bool:
        """Drop some blocks where there are many, and tell whether more are to go, in the next slices."""
        if len(self._blocks) > _MOST_BLOCKS:
            self._is_letting_go = True
        if not self._is_letting_go or not near:
            return False
        middle, focused = self._tops[near[len(near) // 2]], self.focusWidget() or self
        by_distance = sorted(self._blocks, key=lambda number: abs(self._tops[number] - middle))
        kept = {*by_distance[: _MOST_BLOCKS // 2], *near}
        far = [n for n in by_distance if n not in kept and not self._blocks[n].isAncestorOf(focused)]
        for number in far[-_DROPPED_AT_ONCE:]:
            height = self._heights[number]
            self._drop(number)
            self._heights[number] = height
            self._measured.add(number)  # it was measured: its place stays right
        self._is_letting_go = len(far) > _DROPPED_AT_ONCE
        return self._is_letting_go

    # what blocks tell

    def _number_of(self, block: object) -> int | None:
        return next((number for number, known in self._blocks.items() if known is block), None)

    def _on_fold_toggled(self) -> None:
        number = self._number_of(self.sender())
        if number is not None:
            self._on_fold_changed(number)

    def _on_fold_changed(self, number: int) -> None:
        if self._blocks[number].is_folded:
            self._unfolded.discard(number)
        else:
            self._unfolded.add(number)
        self._measure(number)

    def _on_markdown_toggled(self, is_markdown: bool) -> None:
        number = self._number_of(self.sender())
        if number is not None:
            (self._as_markdown.add if is_markdown else self._as_markdown.discard)(number)
            self._measure(number)

    def _on_height_changed(self) -> None:
        number = self._number_of(self.sender())
        if number is not None:
            self._measure(number)

    # painting

    def _paint_message(self, painter: QPainter, number: int) -> None:
        message = self._messages[number]
        tokens = self._context.appearance.tokens
        rect = QRect(0, self._tops[number], self.width(), self._heights[number])
        paint_stripe(painter, rect, message.role, tokens)
        painter.setFont(font(FontRole.SMALL_STRONG))
        painter.setPen(QColor(tokens.text_muted))
        title = role_title(message)
        head = rect.adjusted(INDENT_PX, 0, 0, 0)
        head.setHeight(text_px(_TITLE_PX))
        painter.drawText(head, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), title)
        if number not in self._unfolded:
            head.setLeft(head.left() + painter.fontMetrics().horizontalAdvance(title) + 12)
            painter.setFont(font(FontRole.SMALL))
            painter.setPen(QColor(tokens.text_faint))
            shown = QFontMetrics(font(FontRole.SMALL)).elidedText(
                one_line(message.preview()), Qt.TextElideMode.ElideRight, head.width()
            )
            painter.drawText(head, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
            return
        text = next((part.text for part in message.parts if isinstance(part, TextPart)), "")
        painter.setFont(font(FontRole.BODY))
        painter.setPen(QColor(tokens.text))
        flags = int(Qt.TextFlag.TextWrapAnywhere if "\n" not in text else Qt.TextFlag.TextWordWrap)
        painter.drawText(rect.adjusted(INDENT_PX, text_px(_TITLE_PX) + 4, 0, 0), flags, text[:_PAINTED_CHARS])


def unfolded_at_first(messages: tuple[Message, ...]) -> frozenset[int]:
    """Return which messages are unfolded at first: the end of the conversation, and instructions that are short."""
    last = range(max(0, len(messages) - _UNFOLDED_AT_END), len(messages))
    return frozenset(number for number in last if not _is_long_system(messages[number]) or len(messages) == 1)


def _is_long_system(message: Message) -> bool:
    length = sum(len(part.text) for part in message.parts if isinstance(part, TextPart))
    return message.role in {"system", "developer"} and length > _SHORT_SYSTEM_CHARS


def _guess_height(message: Message, chars_a_line: int, line_px: int) -> int:
    height = text_px(_TITLE_PX)
    for part in message.parts[:_GUESSED_PARTS]:
        if isinstance(part, TextPart):
            head = part.text[:20_000]
            lines = head.count("\n") + len(head) // chars_a_line + 1
            height += min(lines * line_px + 4, _BODY_MAX_PX) + 4
        else:
            height += 150 if isinstance(part, ToolCall) else text_px(_TITLE_PX)
    return height
