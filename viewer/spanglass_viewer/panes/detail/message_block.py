"""One message: who speaks, and its parts, with a stripe in the hue of the role."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from spanglass_viewer.format.quantities import format_count, format_many
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.theme.text_size import wear
from spanglass_viewer.values.chat.messages import (
    Message,
    MessagePart,
    TextPart,
    ThinkingPart,
    ToolCall,
    ToolResult,
)
from spanglass_viewer.widgets.labels import ElidedLabel, PlainLabel

if TYPE_CHECKING:
    from collections.abc import Callable

    from spanglass_viewer.panes.detail.context import DetailContext
    from spanglass_viewer.theme.tokens import Tokens
    from spanglass_viewer.values.decode import JsonValue

_STRIPE_PX = 3
INDENT_PX = _STRIPE_PX + 10
_PARTS_AT_ONCE = 24
_ROLE_NAMES = {"ai": "Assistant", "model": "Assistant", "human": "User"}
_MARKDOWN_SIGNS = re.compile(r"^\s{0,3}(#{1,6} |[-*+] |\d+[.)] |> |```|~~~|\|)|\*\*|`[^`\n]+`|\]\(", re.MULTILINE)
_LOOKED_AT_CHARS = 20_000


@dataclass(frozen=True, slots=True)
class ChatMakers:
    """What makes the widgets of a chat: of a part, of a text as Markdown, of any value that stands beside the chat."""

    make_part: Callable[[MessagePart], QWidget]
    make_markdown: Callable[[str], QWidget]
    make_value: Callable[[JsonValue], QWidget]


class MessageBlock(QWidget):
    """One message; its body is made when it is first unfolded."""

    fold_toggled = Signal()
    markdown_toggled = Signal(bool)
    height_changed = Signal()

    def __init__(self, message: Message, makers: ChatMakers, context: DetailContext) -> None:
        super().__init__()
        self._message = message
        self._makers = makers
        self._context = context
        self._body: QWidget | None = None
        self._is_markdown = False
        self._title = _RoleTitle(role_title(message))
        self._title.clicked.connect(self._on_title_clicked)
        self._preview = ElidedLabel("", role=FontRole.SMALL, tone="faint", mode=Qt.TextElideMode.ElideRight)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._title)
        head.addWidget(self._preview, 1)
        self._markdown = self._make_markdown_button()
        if self._markdown is not None:
            head.addWidget(self._markdown)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(INDENT_PX, 0, 0, 0)
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
        if self._markdown is not None:
            self._markdown.setVisible(not is_folded)
        self._preview.setText(self._message.preview() if is_folded else "")
        self._title.setAccessibleName(f"{role_title(self._message)}, {'folded' if is_folded else 'unfolded'}")

    def set_markdown(self, *, is_markdown: bool) -> None:
        """Show texts as Markdown, or as they are."""
        if self._is_markdown == is_markdown:
            return
        self._is_markdown = is_markdown
        if self._markdown is not None:
            self._markdown.setChecked(is_markdown)
        if self._body is not None:
            self._column.removeWidget(self._body)
            self._body.hide()
            self._body.deleteLater()
            self._body = None
            self.set_folded(is_folded=self.is_folded)

    def needed_height(self, width: int) -> int:
        """Return the height that shows everything at a width."""
        self.resize(width, self.height())
        layout = self._column
        layout.activate()
        # texts have fitted their heights to their widths meanwhile: what is around them has to hear of it
        for widget in reversed(self.findChildren(QWidget)):
            if (inner := widget.layout()) is not None:
                inner.activate()
        layout.activate()
        return layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()

    def event(self, event: QEvent) -> bool:
        """Tell when a part has become taller or shorter."""
        is_done = super().event(event)
        if event.type() is QEvent.Type.LayoutRequest:
            self.height_changed.emit()
        return is_done

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the stripe."""
        paint_stripe(QPainter(self), self.rect(), self._message.role, self._context.appearance.tokens)

    def _make_markdown_button(self) -> QToolButton | None:
        texts = (part.text[:_LOOKED_AT_CHARS] for part in self._message.parts if isinstance(part, TextPart))
        if not any(_MARKDOWN_SIGNS.search(text) for text in texts):
            return None
        button = QToolButton()
        button.setText("Markdown")
        wear(button, FontRole.TINY)
        button.setProperty("kind", "quiet")
        button.setCheckable(True)
        button.setAccessibleName("Show this message as Markdown")
        button.clicked.connect(self._on_markdown_clicked)
        return button

    def _make_body(self) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self._add_parts(column, self._message.parts[:_PARTS_AT_ONCE])
        rest = self._message.parts[_PARTS_AT_ONCE:]
        if rest:
            more = QPushButton(f"Show {format_many(len(rest), 'more part')}")
            more.setProperty("kind", "link")
            more.clicked.connect(self._on_more_wanted)
            column.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)
        if not self._message.parts:
            column.addWidget(PlainLabel("Empty", role=FontRole.SMALL, tone="faint"))
        return body

    def _add_parts(self, column: QVBoxLayout, parts: tuple[MessagePart, ...]) -> None:
        make_part = self._makers.make_part
        for part in parts:
            if isinstance(part, TextPart) and self._is_markdown:
                column.addWidget(self._makers.make_markdown(part.text))
            elif isinstance(part, ThinkingPart):
                column.addWidget(ThinkingView(part, make_part))
            elif isinstance(part, ToolCall):
                column.addWidget(ToolCallView(part, make_part))
            elif isinstance(part, ToolResult):
                column.addWidget(ToolResultView(part, make_part, is_alone=True))
            else:
                column.addWidget(make_part(part))

    def _on_more_wanted(self) -> None:
        button = self.sender()
        body = self._body
        column = body.layout() if body is not None else None
        if isinstance(button, QPushButton) and isinstance(column, QVBoxLayout):
            button.hide()
            button.deleteLater()
            self._add_parts(column, self._message.parts[_PARTS_AT_ONCE:])

    def _on_title_clicked(self) -> None:
        self.set_folded(is_folded=not self.is_folded)
        self.fold_toggled.emit()

    def _on_markdown_clicked(self, is_markdown: bool) -> None:
        self.set_markdown(is_markdown=is_markdown)
        self.markdown_toggled.emit(is_markdown)


class ThinkingView(QWidget):
    """What a model thought: its length, and on demand the whole."""

    def __init__(self, part: ThinkingPart, make_part: Callable[[MessagePart], QWidget]) -> None:
        super().__init__()
        self._part = part
        self._make_part = make_part
        self._text: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        if not part.text:
            self._column.addWidget(
                PlainLabel("Thinking, which the provider keeps to itself", role=FontRole.SMALL, tone="faint")
            )
            return
        self._title = _RoleTitle(f"Thinking · {format_count(len(part.text))} characters")
        wear(self._title, FontRole.SMALL)
        self._title.setAccessibleName(f"{self._title.text()}, folded")
        self._title.clicked.connect(self._on_clicked)
        self._column.addWidget(self._title, 0, Qt.AlignmentFlag.AlignLeft)

    def unfold_if_holds(self, needle: str) -> None:
        """Show the whole where a text stands in it."""
        is_shown = self._text is not None and not self._text.isHidden()
        if not is_shown and needle.casefold() in self._part.text.casefold():
            self._on_clicked()

    def _on_clicked(self) -> None:
        if self._text is None:
            self._text = self._make_part(TextPart(self._part.text))
            self._column.addWidget(self._text)
        else:
            self._text.setVisible(self._text.isHidden())
        state = "folded" if self._text.isHidden() else "unfolded"
        self._title.setAccessibleName(f"{self._title.text()}, {state}")


class ToolCallView(QWidget):
    """A call: the tool's name, its arguments, and below them what it answered."""

    def __init__(self, call: ToolCall, make_part: Callable[[MessagePart], QWidget]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(_call_title(call))
        if call.arguments not in (None, {}, ""):
            column.addWidget(make_part(call))
        if call.result is not None:
            column.addWidget(ToolResultView(call.result, make_part, is_alone=False))


class ToolResultView(QWidget):
    """What a tool answered; where its call is not there (`is_alone`), it says whose answer it is."""

    def __init__(self, result: ToolResult, make_part: Callable[[MessagePart], QWidget], *, is_alone: bool) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0 if is_alone else INDENT_PX, 0, 0, 0)
        column.setSpacing(4)
        title = "Error" if result.is_error else "Result"
        of = (result.name or result.call_id) if is_alone else None
        label = PlainLabel(f"{title} of {of}" if of else title, role=FontRole.TINY, tone="faint")
        if result.is_error:
            label.set_tone("error")
        if not is_alone or of or result.is_error:
            column.addWidget(label)
        else:
            label.deleteLater()
        for part in result.parts:
            column.addWidget(make_part(part))


class _RoleTitle(QPushButton):
    """Who speaks; a click folds the message."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setText(text)
        wear(self, FontRole.SMALL_STRONG)
        self.setProperty("kind", "cardtitle")
        self.setCursor(Qt.CursorShape.PointingHandCursor)


def role_title(message: Message) -> str:
    """Return who speaks, as the title says it."""
    role = _ROLE_NAMES.get(message.role, message.role.capitalize())
    return " · ".join(part for part in (role, message.name, message.note) if part)


def paint_stripe(painter: QPainter, rect: QRect, role: str, tokens: Tokens) -> None:
    """Draw the stripe at the left of a message."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(_role_hue(role, tokens)))
    painter.drawRoundedRect(rect.x(), rect.y() + 2, _STRIPE_PX, rect.height() - 4, 1.5, 1.5)


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


def _role_hue(role: str, tokens: Tokens) -> str:
    if role in {"user", "human"}:
        return tokens.hue_llm
    if role in {"assistant", "ai", "model"}:
        return tokens.hue_task
    return tokens.hue_tool if role in {"tool", "function"} else tokens.hue_neutral
