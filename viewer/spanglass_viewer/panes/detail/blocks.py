"""Blocks, the plain decisions of how values are shown → widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_viewer.panes.detail.chat_view import ChatView, with_facts
from spanglass_viewer.panes.detail.json_tree_view import JsonTreeView
from spanglass_viewer.panes.detail.media_tile import media_tile
from spanglass_viewer.panes.detail.message_block import ChatMakers
from spanglass_viewer.panes.detail.rows_view import RowsView
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.values.chat.messages import MessagePart, TextPart, ToolCall, ValuePart
from spanglass_viewer.values.presentation import (
    Block,
    ChatBlock,
    JsonBlock,
    MediaBlock,
    RowsBlock,
    TextBlock,
    TreeBlock,
    present_inner,
    present_part,
)
from spanglass_viewer.widgets.markdown_view import MarkdownView
from spanglass_viewer.widgets.paged_text import PagedText

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from spanglass_viewer.panes.detail.context import DetailContext
    from spanglass_viewer.values.chat.messages import CallFacts
    from spanglass_viewer.values.decode import JsonValue
    from spanglass_viewer.values.media import MediaResolver


class BlockMaker:
    """Makes the widgets of one span's values."""

    def __init__(self, context: DetailContext, resolver: MediaResolver) -> None:
        self._context = context
        self.resolver = resolver

    def make(self, block: Block) -> QWidget:
        """Return the widget of a block."""
        if isinstance(block, TextBlock):
            return self.make_text(block.text)
        if isinstance(block, JsonBlock):
            return self.make_text(block.text, is_json=True)
        if isinstance(block, TreeBlock):
            return self.make_tree(block.value)
        if isinstance(block, MediaBlock):
            return media_tile(block.item, self._context)
        return self._make_compound(block)

    def make_text(self, text: str, *, is_json: bool = False, is_code: bool = False) -> PagedText:
        """Return text to read; prose in the window's face, JSON and code in the other one."""
        role = FontRole.CODE if is_json or is_code else FontRole.BODY
        is_wrapped = self._context.state.is_wrapped
        return PagedText(text, self._context.appearance, role=role, is_json=is_json, is_wrapped=is_wrapped)

    def make_markdown(self, text: str) -> QWidget:
        """Return text to read as Markdown."""
        return MarkdownView(text, self._context.appearance)

    def make_tree(self, value: JsonValue) -> JsonTreeView:
        """Return a lazy tree."""
        return JsonTreeView(value, self._context.appearance)

    def make_chat(
        self, block: ChatBlock, facts: CallFacts | None = None, unfolded: frozenset[int] | None = None
    ) -> ChatView:
        """Return a chat; `facts` are known from elsewhere, `unfolded` are the numbers of the messages to show whole."""
        conversation = with_facts(block.conversation, facts)
        makers = ChatMakers(self._make_part, self.make_markdown, self._make_rest)
        return ChatView(conversation, makers, self._context, unfolded=unfolded)

    def _make_compound(self, block: RowsBlock | ChatBlock) -> QWidget:
        return RowsView(block.rows, self.make) if isinstance(block, RowsBlock) else self.make_chat(block)

    def _make_part(self, part: MessagePart) -> QWidget:
        if isinstance(part, TextPart):
            return self.make_text(part.text)
        value = part.arguments if isinstance(part, ToolCall) else part.value if isinstance(part, ValuePart) else None
        return self.make(present_part(value, self.resolver))

    def _make_rest(self, value: JsonValue) -> QWidget:
        return self.make(present_inner(value, self.resolver, prefers_rows=True))
