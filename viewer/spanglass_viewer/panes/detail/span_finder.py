"""Finds in the values of the shown span: goes from hit to hit, through what is folded, not made or not loaded yet."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect, QTimer, Signal
from PySide6.QtWidgets import QScrollArea, QTextEdit, QWidget

from spanglass_viewer.panes.detail.chat_view import ChatView
from spanglass_viewer.panes.detail.json_tree_view import JsonTreeView
from spanglass_viewer.panes.detail.large_value_view import LargeValueView
from spanglass_viewer.panes.detail.message_block import ThinkingView
from spanglass_viewer.panes.detail.records_view import RecordsView
from spanglass_viewer.panes.find_bar import FindBar
from spanglass_viewer.values.text_hits import count_message_hits, iter_json_hits, iter_text_hits
from spanglass_viewer.widgets.text_view import TextView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from spanglass_viewer.panes.detail.field_card import FieldCard
    from spanglass_viewer.theme.appearance import Appearance

    Reveal = Callable[[], tuple[QWidget, QRect] | None]  # brings a hit into its view; says where it is in which widget

_SLICE_SECS = 0.006
_MOST_HITS = 5000
_ABOVE_PX = 60
_WAIT_MS = 20
_LEAVES = (LargeValueView, TextView, QTextEdit, JsonTreeView, RecordsView, ChatView)


class SpanFinder(QObject):
    """Holds the bar; looks through cards in slices, so that megabytes do not stop the window."""

    needle_changed = Signal(str)  # to be marked; nothing once the bar is closed

    def __init__(self, area: QScrollArea, cards: Sequence[FieldCard], appearance: Appearance) -> None:
        super().__init__(area)
        self._area = area
        self._cards = cards
        self._hits: list[tuple[FieldCard, Reveal]] = []
        self._at = -1
        self._search: Iterator[tuple[FieldCard, Reveal] | None] | None = None
        self._slices = QTimer(self, interval=0)
        self._slices.timeout.connect(self._on_slice_due)
        self.bar = FindBar(appearance, name="Find in the span", hint="Find in this span's values")
        self.bar.setContentsMargins(0, 8, 0, 0)  # off the line below the header
        self.bar.hide()
        self.bar.text_changed.connect(self._on_text_changed)
        self.bar.step_wanted.connect(self.step)
        self.bar.closed.connect(self.close)

    @property
    def is_open(self) -> bool:
        """Tell whether something is being looked for here."""
        return not self.bar.isHidden()

    @property
    def is_idle(self) -> bool:
        """Tell whether everything was looked through."""
        return self._search is None

    def open(self) -> None:
        """Show the bar and put the keyboard into it."""
        self.bar.show()
        self.bar.take_focus()
        if self.bar.text:
            self._begin()

    def close(self) -> None:
        """Hide the bar and end the search."""
        self.bar.hide()
        self._end()
        self.needle_changed.emit("")
        self._area.setFocus()

    def look_again(self) -> None:
        """Look through what is shown now: another span, another format."""
        if self.is_open and self.bar.text:
            self._begin()

    def step(self, direction: int) -> None:
        """Go to the next hit, or to the one before; round at the ends."""
        if self._hits:
            self._go_to((self._at + direction) % len(self._hits))

    def _on_text_changed(self, needle: str) -> None:
        self.needle_changed.emit(needle)
        if needle:
            self._begin()
        else:
            self._end()

    def _begin(self) -> None:
        self._hits, self._at = [], -1
        self._search = self._iter_hits(self.bar.text)
        self._slices.start()

    def _end(self) -> None:
        self._slices.stop()
        self._search, self._hits, self._at = None, [], -1
        self.bar.show_count("")

    def _on_slice_due(self) -> None:
        ends = time.perf_counter() + _SLICE_SECS
        is_waiting = False
        while self._search is not None and time.perf_counter() < ends:
            try:
                hit = next(self._search)
            except StopIteration:
                self._search = None
                break
            if hit is not None and hit[1] is _wait:
                is_waiting = True
                break
            if hit is not None:
                self._hits.append(hit)
                if len(self._hits) >= _MOST_HITS:
                    self._search = None
        self._slices.setInterval(_WAIT_MS if is_waiting else 0)
        if self._search is None:
            self._slices.stop()
        if self._at < 0 and self._hits:
            self._go_to(0)
        self._show_count()

    def _show_count(self) -> None:
        if not self._hits:
            is_vain = self._search is None
            self.bar.show_count("No hit" if is_vain else "Looking…", is_vain=is_vain)
            return
        more = "+" if self._search is not None or len(self._hits) >= _MOST_HITS else ""
        self.bar.show_count(f"{self._at + 1} of {len(self._hits):,}{more}")

    def _iter_hits(self, needle: str) -> Iterator[tuple[FieldCard, Reveal] | None]:
        for card in self._cards:
            if not card.isHidden() and not card.is_folded:
                while card.is_awaited:
                    yield card, _wait
                for reveal in _hits_in(card, needle):
                    yield None if reveal is None else (card, reveal)

    def _go_to(self, number: int) -> None:
        self._at = number
        self._show_count()
        found = self._hits[number][1]()
        content = self._area.widget()
        if found is None or content is None:
            return
        widget, rect = found
        top = widget.mapTo(content, rect.topLeft()).y()
        bar = self._area.verticalScrollBar()
        if not bar.value() + _ABOVE_PX <= top <= bar.value() + self._area.viewport().height() - _ABOVE_PX:
            bar.setValue(top - 2 * _ABOVE_PX)


def _hits_in(widget: QWidget, needle: str) -> Iterator[Reveal | None]:
    """Yield what brings each hit into sight, in the order of what is shown; None where a while has passed."""
    for leaf in _iter_leaves(widget):
        if isinstance(leaf, ChatView):
            yield from _hits_in_chat(leaf, needle)
        elif isinstance(leaf, LargeValueView):
            yield from _hits_in_large(leaf, needle)
        elif isinstance(leaf, JsonTreeView | RecordsView):
            yield from _hits_in_json(leaf, needle)
        elif isinstance(leaf, TextView):
            for at in iter_text_hits(leaf.whole_text, needle):
                yield partial(_reveal_in_text, leaf, at, len(needle))
        elif isinstance(leaf, QTextEdit):
            for place, _ in enumerate(iter_text_hits(leaf.toPlainText(), needle)):
                yield partial(_reveal_in_document, leaf, place, needle)


def _hits_in_chat(chat: ChatView, needle: str) -> Iterator[Reveal | None]:
    for number, message in enumerate(chat.column.messages):
        for place in range(count_message_hits(message, needle)):
            yield partial(_reveal_in_message, chat, number, place, needle)
        yield None


def _hits_in_json(view: JsonTreeView | RecordsView, needle: str) -> Iterator[Reveal | None]:
    for path in iter_json_hits(view.value, needle):
        yield None if path is None else partial(_reveal_path, view, path)


def _wait() -> None:
    """Stand for no hit: the card is being made, or another process is looking, and tells when it is through."""


def _hits_in_large(view: LargeValueView, needle: str) -> Iterator[Reveal | None]:
    search = view.look_for(needle)
    while not search.is_done:
        yield _wait
    for places in search.places:
        yield partial(view.reveal, places, len(needle))


def _iter_leaves(widget: QWidget) -> Iterator[QWidget]:
    if isinstance(widget, _LEAVES):
        yield widget
        return
    for child in widget.children():
        if isinstance(child, QWidget) and (not child.isHidden() or isinstance(widget, ThinkingView)):
            yield from _iter_leaves(child)


def _reveal_in_text(view: TextView, at: int, length: int) -> tuple[QWidget, QRect]:
    return view, view.reveal(at, length)


def _reveal_in_document(view: QTextEdit, place: int, needle: str) -> tuple[QWidget, QRect] | None:
    cursor = view.document().find(needle, 0)
    for _ in range(place):
        cursor = view.document().find(needle, cursor)
    if cursor.isNull():
        return None
    view.setTextCursor(cursor)
    return view, view.cursorRect()


def _reveal_path(view: JsonTreeView | RecordsView, path: tuple[str | int, ...]) -> tuple[QWidget, QRect]:
    return view, view.reveal(path)


def _reveal_in_message(chat: ChatView, number: int, place: int, needle: str) -> tuple[QWidget, QRect] | None:
    block = chat.column.reveal(number)
    for thinking in block.findChildren(ThinkingView):
        thinking.unfold_if_holds(needle)
    reveals = [reveal for reveal in _hits_in(block, needle) if reveal is not None]
    if not reveals:  # the name of a tool: what has no text of its own to select
        return block, block.rect()
    return reveals[min(place, len(reveals) - 1)]()
