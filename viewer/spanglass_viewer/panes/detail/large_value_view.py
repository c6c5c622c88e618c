"""A value that is too large for the window: its tree, its rows and its text as a decoder hands them out, in pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QModelIndex, QRect, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from spanglass_viewer.backend.large_values import ValueSession
from spanglass_viewer.decoders.answers import Members, Passage, Places, ValueOutline
from spanglass_viewer.format.quantities import format_bytes, format_count, format_many
from spanglass_viewer.models.large_tree import LargeTreeModel
from spanglass_viewer.panes.detail.json_tree_view import JsonTreeView
from spanglass_viewer.panes.detail.tree_hits import TreeHits
from spanglass_viewer.panes.detail.view_state import ValueFormat
from spanglass_viewer.panes.detail.whole_text import show_whole_text
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.widgets.labels import PlainLabel
from spanglass_viewer.widgets.text_view import TextView

if TYPE_CHECKING:
    from PySide6.QtGui import QColor

    from spanglass_viewer.decoders.answers import Answer
    from spanglass_viewer.decoders.document import Wish
    from spanglass_viewer.panes.detail.context import DetailContext
    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.trace.references import LargeValue
    from spanglass_viewer.values.decode import JsonValue

_DIALOG_CHARS = 256_000
_TEXTS = {ValueFormat.TEXT: "text", ValueFormat.RAW: "raw"}


class LargeValueView(QWidget):
    """Asks one decoder process, which ends with the view; nothing of the value is in the window but what it shows."""

    ready = Signal()  # `formats` are known: `show_as` shows one
    tree_made = Signal(object)  # LargeTreeView
    whole_wanted = Signal()  # read it into the window after all

    def __init__(self, value: LargeValue, context: DetailContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.value = value
        self.search: LargeSearch | None = None
        self._context = context
        self._outline: ValueOutline | None = None
        self._body: QWidget | None = None
        self._place_wished: tuple[int, ...] = ()
        self._words_wished: tuple[str, ...] = ()
        self._session = ValueSession(value)
        self._session.answered.connect(self._on_answered)
        self._session.failed.connect(self._on_failed)
        self._note = PlainLabel(tone="faint")
        self._note.setWordWrap(True)
        self._whole = QPushButton("Read it into the window")
        self._whole.setProperty("kind", "link")
        self._whole.setToolTip("As a chat, a table or a difference, with its images. The window may stop for a moment")
        self._whole.clicked.connect(self.whole_wanted)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._note, 1)
        head.addWidget(self._whole)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addLayout(head)
        self._say(f"Reading {format_bytes(value.size_bytes)} beside the window…")
        self.destroyed.connect(self._session.drop)
        self._session.start()
        self._session.ask({"do": "outline"})

    @property
    def is_idle(self) -> bool:
        """Tell whether everything that was asked for is here."""
        return self._session.is_idle

    @property
    def formats(self) -> frozenset[ValueFormat]:
        """The ways in which the value can be shown."""
        if self._outline is None:
            return frozenset({ValueFormat.RAW})
        return frozenset({ValueFormat.PRETTY, ValueFormat.TREE, ValueFormat.TEXT, ValueFormat.RAW})

    def show_as(self, wished: ValueFormat) -> None:
        """Show the value in another way; nothing while it is not read yet."""
        if self._outline is None:
            return
        if wished in _TEXTS:
            self._show_text(_TEXTS[wished])
        elif self._outline.shape == "text":
            self._show_text("text")
        else:
            self._show_tree()

    def copy_whole(self) -> None:
        """Copy the value once its text has come; what is too large for a clipboard is refused in a sentence."""
        self._session.ask({"do": "copy", "path": [], "for": "clipboard"})

    def look_for(self, needle: str) -> LargeSearch:
        """Begin to look for a text; the search tells when it is through."""
        self.search = LargeSearch(needle)
        self._session.ask({"do": "find", "needle": needle}, replaces=True)
        return self.search

    def reveal(self, places: tuple[int, ...], length: int = 1) -> tuple[QWidget, QRect]:
        """Bring a place into sight, now or when its members have come; where it is then, in which widget."""
        if isinstance(self._body, LargeTreeView):
            self._place_wished = places
            return self._body, self._approach()
        if isinstance(self._body, LargeText):
            return self._body, self._body.go_to(places[0] if places else 0, length)
        return self, self.rect()

    def reveal_words(self, words: tuple[str, ...]) -> None:
        """Bring the part into sight that the words of a link lead to, once there is a tree."""
        self._words_wished = words
        if isinstance(self._body, LargeTreeView):
            self._words_wished = ()
            self._session.ask({"do": "place", "words": list(words)})

    def _show_tree(self) -> None:
        outline = self._outline
        if outline is None:
            return
        model = LargeTreeModel(is_list=outline.shape == "list")
        tree = LargeTreeView(self._session, self._context.appearance, model)
        model.members_wanted.connect(self._on_members_wanted)
        model.begin(outline.members)
        self._replace(tree)
        self.tree_made.emit(tree)
        if self._words_wished:
            self.reveal_words(self._words_wished)

    def _show_text(self, kind: str) -> None:
        text = LargeText(self._session, kind)
        text.view.set_wrapped(is_wrapped=self._context.state.is_wrapped)
        self._replace(text)
        text.ask_more()

    def _replace(self, body: QWidget) -> None:
        if self._body is not None:
            self._column.removeWidget(self._body)
            self._body.deleteLater()
        self._body = body
        self._column.addWidget(body)

    def _say(self, sentence: str) -> None:
        self._note.setText(sentence)

    def _approach(self) -> QRect:
        """Unfold the way to the wished place as far as it is here."""
        tree = cast("LargeTreeView", self._body)
        while self._place_wished:
            index, is_there = tree.large_model.find_next(self._place_wished)
            if is_there:
                self._place_wished = ()
                tree.setCurrentIndex(index)
                tree.scrollTo(index)
                return tree.visualRect(index)
            if not index.isValid() or tree.isExpanded(index):
                break  # its members are on their way
            tree.expand(index)
        return tree.rect()

    def _on_members_wanted(self, places: tuple[int, ...], start: int, stop: int) -> None:
        self._session.ask({"do": "members", "path": list(places), "start": start, "stop": stop})

    def _on_answered(self, wish: Wish, answer: Answer) -> None:
        if isinstance(answer, ValueOutline):
            self._outline = answer
            self._say(_describe(answer))
            self.ready.emit()
        elif isinstance(answer, Members) and isinstance(self._body, LargeTreeView):
            places = tuple(int(place) for place in cast("list[int]", wish["path"]))
            self._body.large_model.take_members(places, int(str(wish["start"])), int(str(wish["stop"])), answer)
            self._approach()
        elif isinstance(answer, Places) and wish.get("do") == "place":
            self.reveal(answer.places[0])
        elif isinstance(answer, Places) and self.search is not None and self.search.needle == wish.get("needle"):
            self.search.take(answer)
        elif isinstance(answer, Passage):
            self._take_passage(wish, answer)

    def _take_passage(self, wish: Wish, passage: Passage) -> None:
        if wish.get("for") == "clipboard":
            QGuiApplication.clipboard().setText(passage.text)
            self._context.notice_given.emit("Value copied")
        elif wish.get("for") == "window":
            more = passage.total - passage.end
            left_out = f"\n… ({more:,} more characters)" if more > 0 else ""
            show_whole_text(passage.text + left_out, self._context.appearance, self)
        elif isinstance(self._body, LargeText):
            self._body.take(wish, passage)

    def _on_failed(self, wish: Wish | None, sentence: str) -> None:
        if self.search is not None and wish is not None and wish.get("do") == "find":
            self.search.take(Places((), is_cut=False))
        elif wish is not None and wish.get("do") == "outline":
            self._say(f"{sentence}. Below is its text as it was logged, {format_bytes(self.value.size_bytes)}")
            self._show_text("raw")
            self.ready.emit()
        elif wish is None:
            self._say(f"{sentence}.")
            self._whole.hide()
        else:
            self._context.notice_given.emit(sentence)


class LargeSearch:
    """What was looked for in a large value, and where it was found."""

    def __init__(self, needle: str) -> None:
        self.needle = needle
        self.is_done = False
        self.places: tuple[tuple[int, ...], ...] = ()

    def take(self, places: Places) -> None:
        """Note the answer."""
        self.places, self.is_done = places.places, True


class LargeTreeView(JsonTreeView):
    """The tree of a value that is elsewhere: what is copied, and what is shown whole, is asked for."""

    def __init__(self, session: ValueSession, appearance: Appearance, model: LargeTreeModel) -> None:
        super().__init__(None, appearance, model=model)
        model.setParent(self)
        self.large_model = model
        self._session = session

    def find_hits(self, needle: str, color: QColor) -> TreeHits:
        """Mark what is here; where else the text stands, the decoder finds when it is asked to."""
        return TreeHits(needle, color)

    def copy_value(self, index: QModelIndex) -> None:
        """Copy a value once its text has come."""
        places: list[JsonValue] = [*self.large_model.places_of(index)]
        self._session.ask({"do": "copy", "path": places, "for": "clipboard"})

    def show_whole(self, index: QModelIndex) -> None:
        """Show a text in a window of its own once it has come."""
        if not self.large_model.hasChildren(index):
            places: list[JsonValue] = [*self.large_model.places_of(index)]
            self._session.ask({"do": "text", "path": places, "count": _DIALOG_CHARS, "for": "window"})


class LargeText(QWidget):
    """A text that comes page by page; "Load more" below asks for the next one."""

    def __init__(self, session: ValueSession, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._kind = kind  # "text" or "raw", as the decoder's wishes are named
        self._end = 0
        self._total = 0
        self._wished: tuple[int, int] | None = None  # what is to be selected once its page is here
        self.view = TextView(role=FontRole.CODE if kind == "raw" else FontRole.BODY)
        self._more = QPushButton()
        self._more.setProperty("kind", "link")
        self._more.clicked.connect(self.ask_more)
        self._more.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.view)
        column.addWidget(self._more)

    def ask_more(self) -> None:
        """Ask for the next page."""
        self._more.setEnabled(False)
        self._session.ask({"do": self._kind, "start": self._end})

    def take(self, wish: Wish, passage: Passage) -> None:
        """Show a page that was asked for."""
        if wish.get("do") != self._kind or wish.get("start") != self._end:
            return
        self._end, self._total = passage.end, passage.total
        self.view.extend(passage.text)
        left = self._total - self._end
        if self._wished is not None and left > 0:
            self.go_to(*self._wished)
        self._more.setEnabled(True)
        self._more.setVisible(left > 0)
        unit = format_bytes(left) if self._kind == "raw" else f"{format_count(left)} characters"
        self._more.setText(f"Load more ({unit} {'is' if self._kind == 'raw' else 'are'} not shown)")

    def go_to(self, at: int, length: int) -> QRect:
        """Select a stretch of the text; where its page is not here, pages are asked for until it is."""
        if at + length <= len(self.view.whole_text):
            self._wished = None
            return self.view.reveal(at, length)
        self._wished = (at, length)
        self.ask_more()
        return self._more.geometry()


def _describe(outline: ValueOutline) -> str:
    if outline.shape == "text":
        return "Shown page by page"
    return f"{format_many(outline.members, 'item' if outline.shape == 'list' else 'member')}, part by part"
