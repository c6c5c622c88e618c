"""A menu of the open trace's span types; a type without its tick is hidden in the tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QMenu, QWidget, QWidgetAction

from spanglass_viewer.format.quantities import format_count
from spanglass_viewer.format.text import one_line
from spanglass_viewer.trace.arrays import np

if TYPE_CHECKING:
    from spanglass_viewer.trace.snapshot import TraceSnapshot

_MAX_NAME_CHARS = 40
_NO_TYPE = "No type"


class TypesMenu(QMenu):
    """Stays open while types are ticked; filled anew by `show_types` each time it opens."""

    hidden_types_chosen = Signal(object)  # frozenset[str]; "" stands for spans without a type

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTitle("Span types")
        self.setAccessibleName("Span types to show")
        self._hidden: frozenset[str] = frozenset()
        self._boxes: dict[str, QCheckBox] = {}

    def show_types(self, counts: dict[str, int], hidden: frozenset[str]) -> None:
        """Offer these types, each with its number of spans."""
        self.clear()
        self._hidden = hidden
        self._boxes = {}
        for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            shown = (one_line(name, _MAX_NAME_CHARS) or _NO_TYPE).replace("&", "&&")
            box = QCheckBox(f"{shown}  {format_count(count)}", self)
            box.setChecked(name not in hidden)
            box.toggled.connect(self._on_box_toggled)
            action = QWidgetAction(self)
            action.setDefaultWidget(box)
            self.addAction(action)
            self._boxes[name] = box
        self.addSeparator()
        everything = self.addAction("Show every type")
        everything.setEnabled(bool(hidden))
        everything.triggered.connect(self._on_everything_wanted)
        self._everything = everything

    def _on_box_toggled(self) -> None:
        unticked = {name for name, box in self._boxes.items() if not box.isChecked()}
        elsewhere = self._hidden - self._boxes.keys()  # hidden in an earlier trace; this one has none of them
        self._everything.setEnabled(bool(unticked))
        self.hidden_types_chosen.emit(frozenset(unticked) | elsewhere)

    def _on_everything_wanted(self) -> None:
        self.hidden_types_chosen.emit(frozenset())


def count_types(snapshot: TraceSnapshot) -> dict[str, int]:
    """Return how many spans of a trace each type has; "" are those without one."""
    types = snapshot.skeleton.types
    counts = np.bincount(snapshot.skeleton.type_code, minlength=len(types)).tolist()
    return {name: count for name, count in zip(types, counts, strict=True) if count}
