"""A logged field: its value in the format that was last chosen for it, with copy, size and wrapping."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication

from spanglass_viewer.format.quantities import format_bytes
from spanglass_viewer.models.json_field import field_of_path, find_path
from spanglass_viewer.panes.detail.blocks import BlockMaker
from spanglass_viewer.panes.detail.chat_view import ChatView, with_facts
from spanglass_viewer.panes.detail.format_button import FormatButton
from spanglass_viewer.panes.detail.json_tree_view import JsonTreeView
from spanglass_viewer.panes.detail.large_value_view import LargeValueView
from spanglass_viewer.panes.detail.records_view import RecordsView
from spanglass_viewer.panes.detail.view_state import ValueFormat
from spanglass_viewer.values.chat.messages import Conversation, Message, TextPart
from spanglass_viewer.values.decode import AT_ONCE_CHARS, JsonValue
from spanglass_viewer.values.presentation import Block, ChatBlock, TextBlock, TreeBlock
from spanglass_viewer.values.pretty import lined_json, pretty_json
from spanglass_viewer.values.readable_text import readable_text
from spanglass_viewer.values.readings import Reading, read_text
from spanglass_viewer.values.records import find_records
from spanglass_viewer.widgets.buttons import IconButton
from spanglass_viewer.widgets.card import Card
from spanglass_viewer.widgets.labels import PlainLabel
from spanglass_viewer.widgets.paged_text import PagedText

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from spanglass_viewer.backend.decoding import Decoded, JsonDecoder
    from spanglass_viewer.models.json_tree import JsonPath
    from spanglass_viewer.panes.detail.context import DetailContext
    from spanglass_viewer.trace.references import LargeValue
    from spanglass_viewer.values.chat.messages import CallFacts
    from spanglass_viewer.values.media import MediaItem, MediaResolver

# indented text of more than this is the same as the text itself to a reader, and costs
_MAX_INDENTED_CHARS = 2_000_000
_SIZED_FROM_CHARS = 200


class FieldCard(Card):
    """One field of a span; `value_read` follows `show_field` (large values are read beside the UI)."""

    value_read = Signal()

    def __init__(self, title: str, context: DetailContext, decoder: JsonDecoder, parent: QWidget | None = None) -> None:
        super().__init__(title, context.appearance, parent)
        self._context = context
        self._decoder = decoder
        self._text: str | None = None
        self._span_type = ""
        self._reading: Reading | None = None  # None: not read yet
        self._resolver: MediaResolver | None = None
        self._large: LargeValue | None = None  # shown in the text's stead
        self._awaited = 0
        self._is_made = False
        self._is_new_media = True
        self._facts: CallFacts | None = None
        self._counterpart: str | None = None
        self._wished: tuple[str, ...] = ()  # the way into a value that is still being read
        self._formats = FormatButton(context.appearance, is_wrapped=context.state.is_wrapped)
        self._formats.format_chosen.connect(self._on_format_chosen)
        self._formats.wrap_toggled.connect(self._on_wrap_toggled)
        self._formats.link_wanted.connect(lambda: context.field_link_wanted.emit(title.lower()))
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
        return () if self._reading is None else self._reading.media

    @property
    def value(self) -> JsonValue:
        """The value, None while it is read."""
        return None if self._reading is None else self._reading.value

    @property
    def conversation(self) -> Conversation | None:
        """The chat that the value is, with what is known of its call; a model's text alone is a chat of one message."""
        block = None if self._reading is None else self._reading.block
        if isinstance(block, ChatBlock):
            return with_facts(block.conversation, self._facts)
        if isinstance(block, TextBlock) and self._facts is not None and self._facts.parameters:
            return Conversation((Message("user", (TextPart(block.text),)),), self._facts)
        return None

    @property
    def is_idle(self) -> bool:
        """Tell whether everything that is in sight is made."""
        body = self._body_widget()
        if self.is_awaited:
            return False
        if isinstance(body, LargeValueView):
            return body.is_idle
        return not isinstance(body, ChatView) or body.column.is_idle

    @property
    def is_awaited(self) -> bool:
        """Tell whether the widgets are made in one of the next turns."""
        return self._context.making.awaits(self)

    def set_facts(self, facts: CallFacts | None) -> None:
        """Say what is known of the call beside the value; it shows with the next `show_field`."""
        if facts != self._facts:
            self._facts = facts
            self._text = None

    def set_counterpart(self, text: str | None) -> None:
        """Say what the value can be compared with, as JSON text; it shows with the next `show_field`."""
        if text != self._counterpart:
            self._counterpart = text
            self._text = None

    def show_field(
        self,
        text: str,
        span_type: str,
        resolver: MediaResolver,
        *,
        is_new_media: bool = True,
        reading: Reading | None = None,
    ) -> None:
        """Show a JSON text, which `reading` has read already where it is given.

        One that is shown already keeps its widgets, unless its media changed.
        """
        if text == self._text and span_type == self._span_type and not is_new_media:
            return
        self._large = None
        self._text, self._span_type, self._resolver = text, span_type, resolver
        # news for a body that was never made are news for the next one
        self._is_new_media = is_new_media or (self._is_new_media and not self._is_made)
        self._wished = ()
        self.set_note(format_bytes(len(text)) if len(text) > _SIZED_FROM_CHARS else "")
        self._awaited = 0
        if reading is not None and reading.text == text:
            self._take_reading(reading)
        elif len(text) <= AT_ONCE_CHARS:
            self._take_reading(read_text(self.title, text, resolver))
        else:
            self._reading = None
            self._replace_body(PlainLabel(f"Reading {format_bytes(len(text))}…", tone="faint"))
            self._awaited = self._decoder.request(self.title, text, resolver)

    def show_large(self, value: LargeValue, span_type: str, resolver: MediaResolver) -> None:
        """Show a value that is too large for the window, part by part; the same one again keeps its widgets."""
        before = self._large
        if before is not None and before.digest == value.digest and span_type == self._span_type and value.digest:
            return
        self.clear()
        self._large, self._span_type, self._resolver = value, span_type, resolver
        self.set_note(format_bytes(value.size_bytes))
        self.fill()  # which is little: what it shows is read beside the window

    def reveal(self, words: tuple[str, ...]) -> bool:
        """Show the value as a tree, unfolded down to what the words of a link lead to, which is selected.

        False where the value has no such part; one that is still being read shows it when it is there.
        """
        body = self._body_widget()
        if isinstance(body, LargeValueView):
            self._context.state.formats.pop((self.title, self._span_type), None)
            body.reveal_words(words)
            return True
        if self._reading is None or self._resolver is None:
            self._wished = words
            return True
        self._wished = ()
        path = find_path(self._reading.value, words)
        if path is None:
            return False
        self._formats.show_format(
            ValueFormat.TREE,
            self._fitting_formats(self._reading),
            is_chat=isinstance(self._reading.block, ChatBlock),
        )
        self._is_made = True
        tree = self._make_tree(self._reading.value, BlockMaker(self._context, self._resolver))
        self._replace_body(tree)
        tree.reveal(path)
        return True

    def show_anew(self) -> None:
        """Show the value in the format that is in force now."""
        body = self._body_widget()
        if isinstance(body, LargeValueView):
            self._show_large_formats(body)
        elif self._reading is not None:
            self.clear_body()
            self._rebuild()

    def clear(self) -> None:
        """Forget the field."""
        self._text, self._reading, self._large, self._awaited = None, None, None, 0
        self._wished = ()
        self._is_made = False
        self._context.making.drop(self)
        self.clear_body()

    def fill(self) -> None:
        """Make the widgets that were put off."""
        if not self.is_folded:
            self._make()

    def _take_reading(self, reading: Reading) -> None:
        self._reading = reading
        self._rebuild()
        if self._wished:
            self.reveal(self._wished)
        self.value_read.emit()

    def _rebuild(self) -> None:
        """Have the widgets made soon, or leave that to the first unfolding."""
        self._is_made = False
        if self.is_folded:
            self._context.making.drop(self)
            self.clear_body()
        else:
            self._context.making.add(self)

    def _make(self) -> None:
        reading, resolver = self._reading, self._resolver
        if not self._is_made and reading is None and self._large is not None:
            self._make_large(self._large)
        if self._is_made or reading is None or resolver is None:
            return
        self._is_made = True
        maker = BlockMaker(self._context, resolver)
        fitting = self._fitting_formats(reading)
        chosen = self._context.state.format_of(self.title, self._span_type)
        shown = chosen if chosen in fitting else ValueFormat.PRETTY
        self._formats.show_format(shown, fitting, is_chat=isinstance(reading.block, ChatBlock))
        before = self._body_widget()
        if shown is ValueFormat.PRETTY:
            self._show_block(reading.block, maker, before)
        elif shown is ValueFormat.TREE:
            self._show_block(TreeBlock(reading.value), maker, before)
        elif shown is ValueFormat.MARKDOWN:
            self._show_as_markdown(reading.block, maker)
        elif shown is ValueFormat.RAW:
            self._replace_body(maker.make_text(reading.text, is_json=True))
        elif shown is ValueFormat.TEXT:
            self._replace_body(maker.make_text(readable_text(reading.value), is_code=True))
        else:
            self._replace_body(self._make_table_or_diff(shown, reading, resolver))

    def _make_large(self, value: LargeValue) -> None:
        self._is_made = True
        view = LargeValueView(value, self._context)
        view.whole_wanted.connect(self._on_whole_wanted)
        view.ready.connect(lambda: self._show_large_formats(view))
        view.tree_made.connect(self._offer_links)
        self._replace_body(view)
        self._show_large_formats(view)

    def _show_large_formats(self, view: LargeValueView) -> None:
        chosen = self._context.state.format_of(self.title, self._span_type)
        shown = chosen if chosen in view.formats else ValueFormat.PRETTY
        self._formats.show_format(shown, view.formats, is_chat=False)
        view.show_as(shown)

    def _on_whole_wanted(self) -> None:
        if self._large is not None and self._resolver is not None:
            size = format_bytes(self._large.size_bytes)
            self._awaited = self._decoder.request_large(self.title, self._large, self._resolver)
            self._replace_body(PlainLabel(f"Reading {size}…", tone="faint"))

    def _fitting_formats(self, reading: Reading) -> frozenset[ValueFormat]:
        fitting = {ValueFormat.PRETTY, ValueFormat.TREE, ValueFormat.TEXT, ValueFormat.RAW}
        if find_records(reading.value) is not None:
            fitting.add(ValueFormat.TABLE)
        if isinstance(reading.block, TextBlock | ChatBlock):
            fitting.add(ValueFormat.MARKDOWN)
        if self._counterpart is not None:
            fitting.add(ValueFormat.DIFF)
        return frozenset(fitting)

    def _make_table_or_diff(self, shown: ValueFormat, reading: Reading, resolver: MediaResolver) -> QWidget:
        records = find_records(reading.value)
        if shown is ValueFormat.TABLE and records is not None:
            return RecordsView(records, self._context.appearance)
        from spanglass_viewer.panes.detail.diff_view import DiffView  # noqa: PLC0415 - few values have something to compare

        view = DiffView(self._context.appearance)
        other = read_text(self.title, self._counterpart or "null", resolver).value
        one = reading.value
        # what was expected is what the output is measured by, whichever card shows it
        before, after = (one, other) if self.title == "Expected" else (other, one)
        view.show_texts(lined_json(before), lined_json(after))
        return view

    def _show_as_markdown(self, block: Block, maker: BlockMaker) -> None:
        """Show a text, or the texts of a chat, as Markdown."""
        if isinstance(block, ChatBlock):
            chat = maker.make_chat(block, self._facts)
            chat.column.set_all_markdown()
            self._replace_body(chat)
        elif isinstance(block, TextBlock):
            self._replace_body(maker.make_markdown(block.text))

    def _show_block(self, block: Block, maker: BlockMaker, before: QWidget | None) -> None:
        """Show a block; what it shares with the one before (place, unfolded parts) is kept."""
        if isinstance(block, TextBlock) and isinstance(before, PagedText) and not before.is_json:
            before.view.set_text(block.text)
        elif isinstance(block, TreeBlock):
            tree = self._make_tree(block.value, maker)
            if isinstance(before, JsonTreeView):
                tree.unfold_paths(before.list_unfolded_paths())
            self._replace_body(tree)
        elif isinstance(block, ChatBlock):
            self._show_chat(block, maker, before)
        else:
            self._replace_body(maker.make(block))

    def _make_tree(self, value: JsonValue, maker: BlockMaker) -> JsonTreeView:
        tree = maker.make_tree(value)
        if self._reading is not None and value is self._reading.value:
            self._offer_links(tree)
        return tree

    def _offer_links(self, tree: JsonTreeView) -> None:
        tree.offer_links(lambda path: field_of_path(self.title, path) is not None)
        tree.link_wanted.connect(self._on_link_wanted)

    def _show_chat(self, block: ChatBlock, maker: BlockMaker, before: QWidget | None) -> None:
        chat = before if isinstance(before, ChatView) else None
        if chat is not None and not self._is_new_media and chat.take_over(with_facts(block.conversation, self._facts)):
            return
        is_as_long = chat is not None and chat.message_count == len(block.conversation.messages)
        unfolded = chat.unfolded() if chat is not None and is_as_long else None
        self._replace_body(maker.make_chat(block, self._facts, unfolded))

    def _plain_text(self) -> str:
        if isinstance(self.value, str):
            return self.value
        text = self._text or ""
        return pretty_json(self.value) if len(text) <= _MAX_INDENTED_CHARS else text

    def _body_widget(self) -> QWidget | None:
        item = self.body.itemAt(0)
        return item.widget() if item is not None else None

    def _replace_body(self, widget: QWidget) -> None:
        self.clear_body()
        self.body.addWidget(widget)

    def _on_link_wanted(self, path: JsonPath) -> None:
        field = field_of_path(self.title, path)
        if field is not None:
            self._context.field_link_wanted.emit(field)

    def _on_decoded(self, decoded: Decoded) -> None:
        if decoded.number == self._awaited:
            self._awaited = 0
            self._text = decoded.reading.text
            self._take_reading(decoded.reading)

    def _on_fold_toggled(self, is_folded: bool) -> None:
        self._context.state.folded[self.title] = is_folded
        if not is_folded:
            self._make()

    def _on_format_chosen(self, chosen: ValueFormat) -> None:
        self._context.state.formats[self.title, self._span_type] = chosen
        self._context.state.is_raw = False
        self.show_anew()
        self.fill()

    def _on_wrap_toggled(self, is_wrapped: bool) -> None:
        self._context.state.is_wrapped = is_wrapped
        for text in self.findChildren(PagedText):
            text.view.set_wrapped(is_wrapped=is_wrapped)

    def _on_copy(self) -> None:
        body = self._body_widget()
        if isinstance(body, LargeValueView):
            body.copy_whole()
            return
        QGuiApplication.clipboard().setText(self._plain_text())
        self._context.notice_given.emit(f"{self.title} copied")
