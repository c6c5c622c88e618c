"""Finds in the open trace, and narrows it: marks hits in every view, goes from one to the next, hides the rest."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from spanglass_viewer.backend.requests import FindAnswer, FindRequest
from spanglass_viewer.panes.find_bar import FindBar
from spanglass_viewer.trace.arrays import NOTHING, np
from spanglass_viewer.trace.visible import Narrowing

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QRect

    from spanglass_viewer.models.span_table import SpanTableModel
    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.trace.layout import Ints
    from spanglass_viewer.views.flame_view import FlameView
    from spanglass_viewer.views.minimap import Minimap
    from spanglass_viewer.views.span_table_view import SpanTableView

MAX_HITS = 5000  # more help nobody, and each is looked up in the UI thread
_LEAST_PAUSE_MS = 500
_PAUSE_PER_SEARCH = 4  # a trace that grows is searched again at most a fifth of the time
_ANSWERED_AFTER_MS = 60_000  # or never: the store may be in the way


class TraceFinder(QObject):
    """Owns the find bar. `choose` selects a span and brings it into sight.

    Types stay hidden from trace to trace, until `show_all` or until somebody goes to a span that they hide.
    """

    search_wanted = Signal(object)  # FindRequest
    needle_changed = Signal(str)  # what is looked for; "" ends it
    narrowed = Signal()  # `hidden_count` or `hidden_types` may be others

    def __init__(
        self,
        model: SpanTableModel,
        view: SpanTableView,
        minimap: Minimap,
        flame: FlameView,
        *,
        appearance: Appearance,
        choose: Callable[[int], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.bar = FindBar(appearance, has_rows=True)
        self.bar.hide()
        self._model = model
        self._view = view
        self._minimap = minimap
        self._flame = flame
        self._choose = choose
        self._asked = FindRequest(0, "", "", MAX_HITS)
        # A step that was asked for while hits are on their way; None where none are.
        self._step_when_found: int | None = None
        self._asked_at = 0.0
        self._has_grown = False  # since its hits were asked for
        self._again = QTimer(self, singleShot=True)
        self._again.timeout.connect(self._search_again)
        self._hit_ids: tuple[str, ...] = ()
        self._spans: Ints = NOTHING
        self._focus_id: str | None = None
        self._hidden_types: frozenset[str] = frozenset()
        self.bar.text_changed.connect(self._on_text_changed)
        self.bar.step_wanted.connect(self.step)
        self.bar.only_hits_toggled.connect(self._narrow)
        self.bar.closed.connect(self.close)
        view.current_changed.connect(self._show_count)
        model.narrowing_dropped.connect(self._on_narrowing_dropped)

    def open(self) -> None:
        """Show the bar and put the keyboard into it."""
        self.bar.show()
        self.bar.take_focus()
        if self.bar.text != self._asked.text:
            self._on_text_changed(self.bar.text)

    def close(self) -> None:
        """Hide the bar and unmark the hits; what is selected stays."""
        self.bar.hide()
        self.bar.show_all_rows()
        self._ask("")
        self._view.setFocus()

    def toggle_only_hits(self) -> None:
        """Hide the spans without a hit, or show them again; where nothing is looked for, the bar asks for it."""
        if not self._asked.text:
            self.open()
        self.bar.toggle_only_hits()

    def focus_subtree(self) -> None:
        """Show the selected span and what is below it, or everything again."""
        span, snapshot = self._view.current_span, self._model.snapshot
        if self._focus_id is not None or span is None or snapshot is None:
            self._focus_id = None
        else:
            self._focus_id = snapshot.skeleton.span_id[span]
        self._narrow()

    @property
    def hidden_types(self) -> frozenset[str]:
        """The types whose spans are hidden."""
        return self._hidden_types

    def hide_types(self, types: frozenset[str]) -> None:
        """Hide the spans of these types and no others."""
        self._hidden_types = types
        self._narrow()

    def show_all(self) -> None:
        """Show every span again; what is looked for stays marked."""
        self._focus_id, self._hidden_types = None, frozenset()
        self.bar.show_all_rows()
        self._narrow()

    def describe_narrowing(self) -> str:
        """Return which spans are hidden, in words; nothing where none are."""
        hits = f"the first {MAX_HITS:,} hits" if len(self._hit_ids) >= MAX_HITS else "hits"
        parts = [f"all but {hits}"] if self.bar.is_only_hits and self._asked.text else []
        parts += ["all outside one subtree"] if self._focus_id is not None else []
        types = sorted(name or "without a type" for name in self._hidden_types)
        parts += [f"spans of type {', '.join(types)}"] if types else []
        return " · ".join(parts)

    def step(self, step: int) -> None:
        """Select the next (1) or previous (-1) hit below or above the selected row; at the end go on at the other.

        While hits are on their way, as soon as they are there.
        """
        if self._step_when_found is not None:
            self._step_when_found = step
            return
        snapshot = self._model.snapshot
        if snapshot is None or not len(self._spans):
            return
        rows = snapshot.layout.row_of_span[self._spans]
        current = self._view.current_span
        here = -1 if current is None else int(snapshot.layout.row_of_span[current])
        at = int(np.searchsorted(rows, here, "right")) if step > 0 else int(np.searchsorted(rows, here)) - 1
        self._choose(int(self._spans[at % len(rows)]))

    def show_snapshot(self, *, opened: bool) -> None:
        """Take over another trace, or mark the hits in a later state of the same."""
        if opened:
            self._focus_id = None
            self._hit_ids = ()
            self._mark()
            self._narrow()
            self._ask("" if self.bar.isHidden() else self.bar.text)
        else:
            self._mark()
            self.narrowed.emit()
            self._has_grown = True
            if not self._again.isActive():
                self._search_again()

    def show_hits(self, answer: FindAnswer) -> None:
        """Mark what was found, and select the first hit unless one is selected; a trace that grew selects none."""
        if answer.request.number != self._asked.number:
            return
        step, self._step_when_found = self._step_when_found, None
        is_first = step is not None or not self._asked.text
        is_new = answer.span_ids != self._hit_ids
        self._again.start(max(_LEAST_PAUSE_MS, round(1000 * _PAUSE_PER_SEARCH * (time.monotonic() - self._asked_at))))
        if not is_first and not is_new:
            return
        self._hit_ids = answer.span_ids
        self._mark()
        self._narrow()
        if not is_first:
            return
        if len(self._spans) and self._view.current_span not in self._spans:
            self.step(1)
        elif step:
            self.step(step)

    def _search_again(self) -> None:
        """Look for the same in a trace that has grown meanwhile, unless more hits could not be shown."""
        if not self._has_grown or not self._asked.text or self._step_when_found is not None:
            return
        if len(self._hit_ids) < MAX_HITS:
            self._send(self._asked.root_span_id, self._asked.text)

    def _on_text_changed(self, text: str) -> None:
        self._ask(text)

    def _ask(self, text: str) -> None:
        snapshot = self._model.snapshot
        root_span_id = "" if snapshot is None else snapshot.root_span_id
        if text != self._asked.text:
            self.needle_changed.emit(text)
        if text and root_span_id:
            self.bar.show_count("Searching…")
            self._step_when_found = 0
            self._send(root_span_id, text)
        else:
            self._asked = FindRequest(self._asked.number + 1, root_span_id, text, MAX_HITS)
            self.show_hits(FindAnswer(self._asked, ()))

    def _send(self, root_span_id: str, text: str) -> None:
        self._asked = FindRequest(self._asked.number + 1, root_span_id, text, MAX_HITS)
        self._asked_at = time.monotonic()
        self._has_grown = False
        self._again.start(_ANSWERED_AFTER_MS)
        self.search_wanted.emit(self._asked)

    def _mark(self) -> None:
        snapshot = self._model.snapshot
        spans: Ints = NOTHING if snapshot is None else snapshot.find_spans(self._hit_ids)
        if snapshot is not None:
            spans = spans[np.argsort(snapshot.layout.row_of_span[spans])]
        self._spans = spans
        self._view.set_hits(frozenset() if snapshot is None else frozenset(spans.tolist()))
        self._minimap.set_hits(NOTHING if snapshot is None else snapshot.start_us[spans])
        self._flame.set_hits(spans)
        self._show_count()

    def _narrow(self) -> None:
        is_narrowed = self.bar.is_only_hits and bool(self._asked.text)
        narrowing = Narrowing(frozenset(self._hit_ids) if is_narrowed else None, self._focus_id, self._hidden_types)
        before = self._place_of_current()
        self._model.set_narrowing(None if narrowing == Narrowing() else narrowing)
        after = self._place_of_current()
        if after.isValid() and self._view.viewport().rect().intersects(before):  # rows above it came, or went
            bar = self._view.verticalScrollBar()
            bar.setValue(bar.value() + after.top() - before.top())
        self.narrowed.emit()

    def _place_of_current(self) -> QRect:
        return self._view.visualRect(self._view.currentIndex())

    def _on_narrowing_dropped(self) -> None:
        self._focus_id, self._hidden_types = None, frozenset()
        self.bar.show_all_rows()
        self.narrowed.emit()

    def _show_count(self) -> None:
        if not self._asked.text:
            self.bar.show_count("")
            return
        count = f"{len(self._spans):,}{'+' if len(self._hit_ids) >= MAX_HITS else ''}"
        if not len(self._spans):
            self.bar.show_count("No hits", is_vain=True)
            return
        at = np.flatnonzero(self._spans == (-1 if self._view.current_span is None else self._view.current_span))
        self.bar.show_count(f"{int(at[0]) + 1:,} of {count}" if len(at) else f"{count} hits")
