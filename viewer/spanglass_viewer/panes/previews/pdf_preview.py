"""A PDF's pages below each other: zoomed, searched, their text selected and copied."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from spanglass_viewer.decoders.answers import Hits, Outline, Page
from spanglass_viewer.decoders.document import integer
from spanglass_viewer.panes.previews.page_view import PageView
from spanglass_viewer.panes.previews.preview import Preview
from spanglass_viewer.widgets.buttons import IconButton
from spanglass_viewer.widgets.entry_line import EntryLine
from spanglass_viewer.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from spanglass_viewer.backend.preview_session import PreviewSession
    from spanglass_viewer.decoders.document import Wish
    from spanglass_viewer.theme.appearance import Appearance

_FIND_WIDTH_PX = 220


class PdfPreview(Preview):
    """Asks for the outline at once, for a page when it comes into sight."""

    def __init__(self, session: PreviewSession, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._hits: Hits | None = None
        self._looked_for = ""
        self._hit = 0
        self._note = PlainLabel("Loading…", tone="muted")
        self._page = PlainLabel(tone="muted")
        self.pages = PageView(appearance)
        self.pages.page_wanted.connect(self._on_page_wanted)
        self.pages.page_changed.connect(self._show_place)
        self.pages.zoom_changed.connect(self.zoom_changed)
        self.find_box = EntryLine()
        self.find_box.setPlaceholderText("Find in the document")
        self.find_box.setAccessibleName("Find in the document")
        self.find_box.setFixedWidth(_FIND_WIDTH_PX)
        self.find_box.returnPressed.connect(self._on_find)
        self._found = PlainLabel(tone="muted")
        before, after = IconButton("prev", "Previous hit", appearance), IconButton("next", "Next hit", appearance)
        before.clicked.connect(self._on_previous_hit)
        after.clicked.connect(self._on_next_hit)
        bar = QHBoxLayout()
        bar.setContentsMargins(16, 6, 16, 6)
        for widget in (self._page, self._note):
            bar.addWidget(widget)
        bar.addStretch(1)
        for widget in (self._found, self.find_box, before, after):
            bar.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.pages, 1)
        session.answered.connect(self._on_answered)
        session.failed.connect(self._on_failed)
        session.ask({"do": "outline"})

    @property
    def can_zoom(self) -> bool:
        """Tell whether there are pages."""
        return self.pages.count > 0

    @property
    def zoom_text(self) -> str:
        """Return how large a point is drawn, in percent."""
        return f"{self.pages.zoom:.0%}" if self.can_zoom else ""

    @property
    def is_settled(self) -> bool:
        """Tell whether no page in sight has to be asked for yet."""
        return self.pages.is_settled

    def zoom_by(self, factor: float) -> None:
        """Draw larger or smaller."""
        self.pages.set_zoom(self.pages.zoom * factor)

    def fit(self) -> None:
        """Let a page be as wide as the window."""
        self.pages.fit_width()

    def show_actual_size(self) -> None:
        """Draw a point as a pixel."""
        self.pages.set_zoom(1.0)

    def copy(self) -> bool:
        """Copy the selected text."""
        return self.pages.copy()

    def begin_find(self) -> None:
        """Go to the box that searches."""
        self.find_box.setFocus()
        self.find_box.selectAll()

    def _on_page_wanted(self, number: int, max_px: int) -> None:
        if self.session is not None:
            self.session.ask({"do": "page", "number": number, "max_px": max_px})

    def _on_answered(self, wish: object, answer: object) -> None:  # noqa: ARG002 - the signal's signature
        if isinstance(answer, Outline):
            self._note.setText(answer.note)
            self.described.emit(answer.facts)
            self.pages.set_sizes(answer.sizes)
        elif isinstance(answer, Page):
            self.pages.show_page(answer)
        elif isinstance(answer, Hits):
            self._hits, self._hit = answer, 0
            self._show_hit()

    def _on_failed(self, wish: object, problem: str) -> None:
        asked = cast("Wish", wish or {})
        if asked.get("do") == "page":
            self.pages.show_problem(integer(asked, "number"), problem)
        else:
            self._note.setText(problem)

    def _show_place(self, number: int) -> None:
        self._page.setText(f"Page {number + 1:,} of {self.pages.count:,}")

    def _on_find(self) -> None:
        text = self.find_box.text()
        if self._hits is not None and text == self._looked_for:
            self._on_next_hit()
        elif self.session is not None:
            self._looked_for = text
            self._found.setText("")
            self.session.ask({"do": "find", "text": text}, replaces=True)

    def _on_next_hit(self) -> None:
        self._step(1)

    def _on_previous_hit(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        if self._hits is not None and self._hits.places:
            self._hit = (self._hit + by) % len(self._hits.places)
            self._show_hit()

    def _show_hit(self) -> None:
        places = self._hits.places if self._hits is not None else ()
        if not places:
            self._found.setText("Not found")
            self.pages.show_hits((), 0)
            return
        more = "+" if self._hits is not None and self._hits.is_cut else ""
        self._found.setText(f"{self._hit + 1} of {len(places):,}{more}")
        self.pages.show_hits(places, self._hit)
