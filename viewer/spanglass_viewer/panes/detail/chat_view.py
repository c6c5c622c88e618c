"""A chat: what is said of the call as chips, the messages, and what else the value holds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from spanglass_viewer.format.quantities import format_count, format_many
from spanglass_viewer.panes.detail.message_column import MessageColumn
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.values.pretty import compact_json
from spanglass_viewer.widgets.buttons import Chip, IconButton
from spanglass_viewer.widgets.flow_layout import FlowLayout
from spanglass_viewer.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QResizeEvent

    from spanglass_viewer.panes.detail.context import DetailContext
    from spanglass_viewer.panes.detail.message_block import ChatMakers
    from spanglass_viewer.values.chat.messages import CallFacts, Conversation, ToolSchema
    from spanglass_viewer.values.decode import JsonValue

_FOLD_ALL_FROM = 3
_TOKEN_NAMES = {"in": "{} in", "cached": "{} cached", "out": "{} out", "thinking": "{} thinking", "tokens": "{} tokens"}


class ChatView(QWidget):
    """A conversation from first to last."""

    def __init__(
        self,
        conversation: Conversation,
        makers: ChatMakers,
        context: DetailContext,
        *,
        unfolded: frozenset[int] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._conversation = conversation
        self.column = MessageColumn(conversation.messages, makers, context, unfolded=unfolded)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(10)
        facts = FactsBar(conversation.facts, makers.make_value)
        whole.addWidget(facts)
        facts.setVisible(bool(conversation.facts))
        if len(conversation.messages) >= _FOLD_ALL_FROM:
            whole.addLayout(self._make_fold_row(context))
        whole.addWidget(self.column)
        if conversation.rest:
            whole.addWidget(PlainLabel("Also in this value", role=FontRole.TINY, tone="faint"))
            whole.addWidget(makers.make_value(conversation.rest))

    @property
    def conversation(self) -> Conversation:
        """What is shown."""
        return self._conversation

    @property
    def message_count(self) -> int:
        """How many messages there are."""
        return len(self.column.messages)

    def unfolded(self) -> frozenset[int]:
        """Return the numbers of the messages that are shown whole."""
        return self.column.unfolded()

    def take_over(self, conversation: Conversation) -> bool:
        """Show other messages where nothing else has changed; what is the same keeps its widgets. Tell whether so."""
        before = self._conversation
        if (before.facts, before.rest) != (conversation.facts, conversation.rest):
            return False
        if (len(before.messages) < _FOLD_ALL_FROM) != (len(conversation.messages) < _FOLD_ALL_FROM):
            return False
        self._conversation = conversation
        self.column.show_messages(conversation.messages)
        return True

    def _make_fold_row(self, context: DetailContext) -> QHBoxLayout:
        count = PlainLabel(format_many(self.message_count, "message"), role=FontRole.TINY, tone="faint")
        unfold = IconButton("expand-all", "Unfold all messages", context.appearance)
        fold = IconButton("collapse-all", "Fold all messages", context.appearance)
        unfold.clicked.connect(self._on_unfold_all)
        fold.clicked.connect(self._on_fold_all)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(count, 1)
        row.addWidget(unfold)
        row.addWidget(fold)
        return row

    def _on_unfold_all(self) -> None:
        self.column.set_all_unfolded(is_unfolded=True)

    def _on_fold_all(self) -> None:
        self.column.set_all_unfolded(is_unfolded=False)


class FactsBar(QWidget):
    """Parameters as chips, token counts, and the tools behind their count."""

    tools_toggled = Signal(bool)

    def __init__(self, facts: CallFacts, make_value: Callable[[JsonValue], QWidget]) -> None:
        super().__init__()
        self._facts = facts
        self._make_value = make_value
        self._tools: QWidget | None = None
        chips = _ChipRows()
        flow = chips.flow
        for name, value in facts.parameters:
            flow.addWidget(_chip(_parameter_text(name, value)))
        if facts.tokens:
            counts = [_TOKEN_NAMES[what].format(format_count(count)) for what, count in facts.tokens]
            flow.addWidget(_chip(" · ".join(counts) + ("" if facts.tokens[0][0] == "tokens" else " tokens")))
        if facts.tools:
            button = Chip(format_many(len(facts.tools), "tool"))
            button.setAccessibleName(f"Show {button.text()}")
            button.toggled.connect(self._on_tools_toggled)
            flow.addWidget(button)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addWidget(chips)

    def _on_tools_toggled(self, is_shown: bool) -> None:
        if self._tools is None:
            self._tools = self._make_value(_by_name(self._facts.tools))
            self._column.addWidget(self._tools)
        self._tools.setVisible(is_shown)
        self.tools_toggled.emit(is_shown)


class _ChipRows(QWidget):
    """Chips in as many rows as they need at the width that there is."""

    def __init__(self) -> None:
        super().__init__()
        self.flow = FlowLayout(self, spacing_px=6)
        self._settling = QTimer(self, singleShot=True, interval=0)
        self._settling.timeout.connect(self._fit_height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the height once the layout has given out the widths."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._settling.start()

    def _fit_height(self) -> None:
        self.setFixedHeight(max(1, self.flow.heightForWidth(self.width())))


def with_facts(conversation: Conversation, facts: CallFacts | None) -> Conversation:
    """Return a conversation with what is known of its call from elsewhere."""
    return conversation if facts is None else replace(conversation, facts=conversation.facts.joined(facts))


def _chip(text: str) -> PlainLabel:
    label = PlainLabel(text, role=FontRole.TINY)
    label.setProperty("kind", "stat")
    return label


def _parameter_text(name: str, value: JsonValue) -> str:
    shown = value if isinstance(value, str) else compact_json(value)
    return shown if name == "model" else f"{name.replace('_', ' ')} {shown}"


def _by_name(tools: tuple[ToolSchema, ...]) -> dict[str, JsonValue]:
    named: dict[str, JsonValue] = {}
    for number, tool in enumerate(tools, 1):
        named[tool.name if tool.name not in named else f"{tool.name} ({number})"] = tool.schema
    return named
