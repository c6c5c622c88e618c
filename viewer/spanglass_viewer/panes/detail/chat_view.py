"""Chat messages as blocks with a stripe in the hue of who speaks; what came long before is one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from spanglass_viewer.theme.fonts import FontRole, font
from spanglass_viewer.values.messages import Message, MessagePart, TextPart, ToolCall
from spanglass_viewer.widgets.labels import ElidedLabel, PlainLabel

if TYPE_CHECKING:
    from collections.abc import Callable

    from spanglass_viewer.panes.detail.context import DetailContext
    from spanglass_viewer.theme.tokens import Tokens

_UNFOLDED_AT_END = 4
_SHORT_SYSTEM_CHARS = 240
_STRIPE_PX = 3
_ROLE_NAMES = {"ai": "Assistant", "model": "Assistant", "human": "User"}


class ChatView(QWidget):
    """Messages from first to last."""

    def __init__(
        self,
        messages: tuple[Message, ...],
        make_part: Callable[[MessagePart], QWidget],
        context: DetailContext,
        *,
        unfolded: frozenset[int] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self._blocks = [MessageBlock(message, make_part, context) for message in messages]
        shown = _unfolded_at_first(messages) if unfolded is None else unfolded
        for number, block in enumerate(self._blocks):
            block.set_folded(is_folded=number not in shown)
            column.addWidget(block)

    @property
    def message_count(self) -> int:
        """How many messages there are."""
        return len(self._blocks)

    def unfolded(self) -> frozenset[int]:
        """Return the numbers of the messages that are shown whole."""
        return frozenset(number for number, block in enumerate(self._blocks) if not block.is_folded)


def _unfolded_at_first(messages: tuple[Message, ...]) -> frozenset[int]:
    """Unfold the end of the conversation, and instructions that are short."""
    last = range(max(0, len(messages) - _UNFOLDED_AT_END), len(messages))
    return frozenset(number for number in last if not _is_long_system(messages[number]) or len(messages) == 1)


def _is_long_system(message: Message) -> bool:
    length = sum(len(part.text) for part in message.parts if isinstance(part, TextPart))
    return message.role in {"system", "developer"} and length > _SHORT_SYSTEM_CHARS


class MessageBlock(QWidget):
    """One message; its body is made when it is first unfolded."""

    def __init__(self, message: Message, make_part: Callable[[MessagePart], QWidget], context: DetailContext) -> None:
        super().__init__()
        self._message = message
        self._make_part = make_part
        self._context = context
        self._body: QWidget | None = None
        self._title = _RoleTitle(_title_of(message))
        self._title.clicked.connect(self._on_title_clicked)
        self._preview = ElidedLabel(
            message.preview(), role=FontRole.SMALL, tone="faint", mode=Qt.TextElideMode.ElideRight
        )
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._title)
        head.addWidget(self._preview, 1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(_STRIPE_PX + 10, 0, 0, 0)
        self._column.setSpacing(4)
        self._column.addLayout(head)
        self.is_folded = True
        context.appearance.changed.connect(self.update)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def set_folded(self, *, is_folded: bool) -> None:
        """Show the whole message, or its first words."""
        self.is_folded = is_folded
        if not is_folded and self._body is None:
            self._body = self._make_body()
            self._column.addWidget(self._body)
        if self._body is not None:
            self._body.setVisible(not is_folded)
        self._preview.setText(self._message.preview() if is_folded else "")
        self._title.setAccessibleName(f"{_title_of(self._message)}, {'folded' if is_folded else 'unfolded'}")

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the stripe."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(_role_hue(self._message.role, self._context.appearance.tokens)))
        painter.drawRoundedRect(0, 2, _STRIPE_PX, self.height() - 4, 1.5, 1.5)

    def _make_body(self) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in self._message.parts:
            if isinstance(part, ToolCall):
                column.addWidget(_call_title(part))
            column.addWidget(self._make_part(part))
        if not self._message.parts:
            column.addWidget(PlainLabel("Empty", role=FontRole.SMALL, tone="faint"))
        return body

    def _on_title_clicked(self) -> None:
        self.set_folded(is_folded=not self.is_folded)


class _RoleTitle(QPushButton):
    """Who speaks; a click folds the message."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setText(text)
        self.setFont(font(FontRole.SMALL_STRONG))
        self.setProperty("kind", "cardtitle")
        self.setCursor(Qt.CursorShape.PointingHandCursor)


def _call_title(call: ToolCall) -> QWidget:
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    name = PlainLabel(call.name, role=FontRole.CODE)
    name.setProperty("kind", "stat")
    row.addWidget(name)
    row.addWidget(ElidedLabel(call.call_id or "", role=FontRole.TINY, tone="faint"), 1)
    return line


def _title_of(message: Message) -> str:
    role = _ROLE_NAMES.get(message.role, message.role.capitalize())
    return " · ".join(part for part in (role, message.name, message.note) if part)


def _role_hue(role: str, tokens: Tokens) -> str:
    if role in {"user", "human"}:
        return tokens.hue_llm
    if role in {"assistant", "ai", "model"}:
        return tokens.hue_task
    return tokens.hue_tool if role in {"tool", "function"} else tokens.hue_neutral
