"""A logged field: its value in the format that was last chosen for it, with copy, size and wrapping."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QActionGroup, QGuiApplication
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from spanglass_viewer.format.quantities import format_bytes
from spanglass_viewer.panes.detail.blocks import BlockMaker
from spanglass_viewer.panes.detail.chat_view import ChatView, with_facts
from spanglass_viewer.panes.detail.json_tree_view import JsonTreeView
from spanglass_viewer.panes.detail.view_state import ValueFormat
from spanglass_viewer.theme.fonts import FontRole, font
from spanglass_viewer.theme.icons import tinted_icon
from spanglass_viewer.values.decode import AT_ONCE_CHARS, JsonValue, NotJson, decode_json
from spanglass_viewer.values.metrics import present_metrics
from spanglass_viewer.values.presentation import Block, ChatBlock, TextBlock, TreeBlock, present
from spanglass_viewer.values.pretty import pretty_json
from spanglass_viewer.widgets.buttons import IconButton
from spanglass_viewer.widgets.card import Card
from spanglass_viewer.widgets.labels import PlainLabel
from spanglass_viewer.widgets.paged_text import PagedText

if TYPE_CHECKING:
    from spanglass_viewer.backend.decoding import Decoded, JsonDecoder
    from spanglass_viewer.panes.detail.context import DetailContext
    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.values.chat.messages import CallFacts
    from spanglass_viewer.values.media import MediaItem, MediaResolver

# indented text of more than this is the same as the text itself to a reader, and costs
_MAX_INDENTED_CHARS = 2_000_000
_CHEVRON_PX = 10
_ROWS_FIRST = ("Metadata", "Context")


class FieldCard(Card):
    """One field of a span; `value_read` follows `show_field` (large values are read beside the UI)."""

    value_read = Signal()

    def __init__(self, title: str, context: DetailContext, decoder: JsonDecoder, parent: QWidget | None = None) -> None:
        super().__init__(title, context.appearance, parent)
        self._context = context
        self._decoder = decoder
        self._text: str | None = None
        self._span_type = ""
        self._value: JsonValue = None
        self._is_value = False
        self._media: tuple[MediaItem, ...] | None = None  # None: not looked for yet
        self._resolver: MediaResolver | None = None
        self._awaited = 0
        self._is_made = False
        self._facts: CallFacts | None = None
        self._is_new_media = True
        self._formats = _FormatButton(context.appearance, is_wrapped=context.state.is_wrapped)
        self._formats.format_chosen.connect(self._on_format_chosen)
        self._formats.wrap_toggled.connect(self._on_wrap_toggled)
        copy = IconButton("copy", f"Copy {title.lower()}", context.appearance)
        copy.clicked.connect(self._on_copy)
        self.add_tool(self._formats)
        self.add_tool(copy)
        self.set_folded(is_folded=context.state.is_folded(title))
        self.fold_toggled.connect(self._on_fold_toggled)
        decoder.decoded.connect(self._on_decoded)

    @property
    def media(self) -> tuple[MediaItem, ...]:
        """The media in the value, none while it is read."""
        if self._media is None:
            resolver = self._resolver
            self._media = () if resolver is None else tuple(resolver.iter_media(self._value))
        return self._media

    @property
    def is_idle(self) -> bool:
        """Tell whether everything that is in sight is made."""
        chat = self._body_widget()
        return not isinstance(chat, ChatView) or chat.column.is_idle

    def set_facts(self, facts: CallFacts | None) -> None:
        """Say what is known of the call beside the value; it shows with the next `show_field`."""
        if facts != self._facts:
            self._facts = facts
            self._text = None

    def show_field(self, text: str, span_type: str, resolver: MediaResolver, *, is_new_media: bool = True) -> None:
        """Show a JSON text; one that is shown already keeps its widgets, unless its media changed."""
        if text == self._text and span_type == self._span_type and not is_new_media:
            return
        is_same_text = text == self._text and self._is_value and len(text) <= AT_ONCE_CHARS
        self._text, self._span_type, self._resolver = text, span_type, resolver
        self._is_new_media = is_new_media
        self._formats.show_format(self._context.state.format_of(self.title, span_type))
        self.set_note(format_bytes(len(text)) if len(text) > 200 else "")
        if is_same_text:
            self._take_value(self._value)
        elif len(text) <= AT_ONCE_CHARS:
            self._read_at_once(text)
        else:
            self._is_value = False
            self._replace_body(PlainLabel(f"Reading {format_bytes(len(text))}…", tone="faint"))
            self._awaited = self._decoder.request(text, resolver)

    def clear(self) -> None:
        """Forget the field."""
        self._text, self._value, self._is_value, self._media, self._awaited = None, None, False, None, 0
        self._is_made = False
        self.clear_body()

    def _read_at_once(self, text: str) -> None:
        self._awaited = 0
        try:
            self._take_value(decode_json(text))
        except NotJson:  # shown as it is: better odd than missing
            self._take_value(text)

    def _take_value(self, value: JsonValue, media: tuple[MediaItem, ...] | None = None) -> None:
        self._value, self._is_value = value, True
        self._media = media
        self._rebuild()
        self.value_read.emit()

    def _rebuild(self) -> None:
        """Make the widgets, or leave that to the first unfolding."""
        self._is_made = False
        if self.is_folded:
            self.clear_body()
        else:
            self._make()

    def _make(self) -> None:
        if self._is_made or not self._is_value or self._resolver is None:
            return
        self._is_made = True
        maker = BlockMaker(self._context, self._resolver)
        shown = self._context.state.format_of(self.title, self._span_type)
        before = self._body_widget()
        if shown is ValueFormat.PRETTY:
            self._show_block(self._present(self._resolver), maker, before)
        elif shown is ValueFormat.TREE:
            self._show_block(TreeBlock(self._value), maker, before)
        elif shown is ValueFormat.MARKDOWN:
            self._show_as_markdown(maker)
        elif shown is ValueFormat.RAW:
            self._replace_body(maker.make_text(self._text or "", is_json=True))
        else:
            is_text = isinstance(self._value, str)
            self._replace_body(maker.make_text(self._plain_text(), is_json=not is_text, is_code=True))

    def _show_as_markdown(self, maker: BlockMaker) -> None:
        """Show a text, or the texts of a chat, as Markdown; what has no text stays as it is."""
        block = TextBlock(self._value) if isinstance(self._value, str) else present(self._value, maker.resolver)
        if isinstance(block, TextBlock):
            self._replace_body(maker.make_markdown(block.text))
        elif isinstance(block, ChatBlock):
            chat = maker.make_chat(block, self._facts)
            chat.column.set_all_markdown()
            self._replace_body(chat)
        else:
            self._show_block(block, maker, None)

    def _present(self, resolver: MediaResolver) -> Block:
        if self.title == "Metrics" and (rows := present_metrics(self._value)) is not None:
            return rows
        return present(self._value, resolver, prefers_rows=self.title in _ROWS_FIRST)

    def _show_block(self, block: Block, maker: BlockMaker, before: QWidget | None) -> None:
        """Show a block; what it shares with the one before (place, unfolded parts) is kept."""
        if isinstance(block, TextBlock) and isinstance(before, PagedText) and not before.is_json:
            before.view.set_text(block.text)
        elif isinstance(block, TreeBlock):
            tree = maker.make_tree(block.value)
            if isinstance(before, JsonTreeView):
                tree.unfold_paths(before.list_unfolded_paths())
            self._replace_body(tree)
        elif isinstance(block, ChatBlock):
            self._show_chat(block, maker, before)
        else:
            self._replace_body(maker.make(block))

    def _show_chat(self, block: ChatBlock, maker: BlockMaker, before: QWidget | None) -> None:
        chat = before if isinstance(before, ChatView) else None
        if chat is not None and not self._is_new_media and chat.take_over(with_facts(block.conversation, self._facts)):
            return
        is_as_long = chat is not None and chat.message_count == len(block.conversation.messages)
        unfolded = chat.unfolded() if chat is not None and is_as_long else None
        self._replace_body(maker.make_chat(block, self._facts, unfolded))

    def _plain_text(self) -> str:
        if isinstance(self._value, str):
            return self._value
        text = self._text or ""
        return pretty_json(self._value) if len(text) <= _MAX_INDENTED_CHARS else text

    def _body_widget(self) -> QWidget | None:
        item = self.body.itemAt(0)
        return item.widget() if item is not None else None

    def _replace_body(self, widget: QWidget) -> None:
        self.clear_body()
        self.body.addWidget(widget)

    def _on_decoded(self, decoded: Decoded) -> None:
        if decoded.number == self._awaited:
            self._awaited = 0
            self._take_value(decoded.value if decoded.problem is None else self._text, decoded.media)

    def _on_fold_toggled(self, is_folded: bool) -> None:
        self._context.state.folded[self.title] = is_folded
        if not is_folded:
            self._make()

    def _on_format_chosen(self, chosen: ValueFormat) -> None:
        self._context.state.formats[self.title, self._span_type] = chosen
        self.clear_body()
        self._rebuild()

    def _on_wrap_toggled(self, is_wrapped: bool) -> None:
        self._context.state.is_wrapped = is_wrapped
        for text in self.findChildren(PagedText):
            text.view.set_wrapped(is_wrapped=is_wrapped)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._plain_text())


class _FormatButton(QToolButton):
    """Names the format, and offers the others."""

    format_chosen = Signal(object)  # ValueFormat
    wrap_toggled = Signal(bool)

    def __init__(self, appearance: Appearance, *, is_wrapped: bool) -> None:
        super().__init__()
        self.setFont(font(FontRole.TINY))
        self.setProperty("kind", "quiet")
        self._appearance = appearance
        self.setIconSize(QSize(_CHEVRON_PX, _CHEVRON_PX))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the chevron stands behind the word
        appearance.changed.connect(self._on_appearance_changed)
        self._on_appearance_changed()
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        menu = QMenu(self)
        self._group = QActionGroup(self)
        for shown in ValueFormat:
            action = menu.addAction(shown.value)
            action.setCheckable(True)
            action.setData(shown.name)
            self._group.addAction(action)
        menu.addSeparator()
        wrap = menu.addAction("Wrap lines")
        wrap.setCheckable(True)
        wrap.setChecked(is_wrapped)
        wrap.toggled.connect(self.wrap_toggled)
        self._group.triggered.connect(self._on_triggered)
        self.setMenu(menu)

    def show_format(self, shown: ValueFormat) -> None:
        """Say which format is in force."""
        self.setText(shown.value)
        self.setFixedWidth(self.fontMetrics().horizontalAdvance(shown.value) + _CHEVRON_PX + 16)
        self.setAccessibleName(f"Format {shown.value}")
        for action in self._group.actions():
            action.setChecked(action.data() == shown.name)

    def _on_appearance_changed(self) -> None:
        self.setIcon(tinted_icon("chevron-down", self._appearance.tokens.text_faint, _CHEVRON_PX))

    def _on_triggered(self) -> None:
        chosen = ValueFormat[str(self._group.checkedAction().data())]
        self.show_format(chosen)
        self.format_chosen.emit(chosen)
