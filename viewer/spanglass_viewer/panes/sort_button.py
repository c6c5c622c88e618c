"""The button that says how the traces are sorted, and offers other orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from spanglass_store.database.records import BY_START, TraceOrder
from spanglass_viewer.format.text import one_line
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.theme.icons import tinted_icon
from spanglass_viewer.theme.text_size import wear
from spanglass_viewer.widgets.labels import plain_tooltip

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spanglass_viewer.theme.appearance import Appearance

_ICON_PX = 14
_MAX_NAME_CHARS = 40
_MAX_LABEL_CHARS = 20
_ORDERS = (
    ("Newest first", BY_START),
    ("Longest first", TraceOrder("duration")),
    ("Most tokens first", TraceOrder("tokens")),
    ("Dearest first", TraceOrder("cost")),
    ("Most errors first", TraceOrder("errors")),
)


class SortButton(QToolButton):
    """Emits `order_chosen`; the names of scores come by `set_score_names`."""

    order_chosen = Signal(object)  # TraceOrder
    names_wanted = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._order = BY_START
        self._names: tuple[str, ...] = ()
        self.setProperty("kind", "picker")
        wear(self, FontRole.SMALL)
        self.setIconSize(QSize(_ICON_PX, _ICON_PX))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._menu = QMenu(self)
        self._menu.setAccessibleName("Order of the traces")
        self._menu.aboutToShow.connect(self.names_wanted)
        self._group = QActionGroup(self)
        self._group.triggered.connect(self._on_triggered)
        self.setMenu(self._menu)
        appearance.changed.connect(self._show_order)
        self._fill_menu()
        self._show_order()

    @property
    def order(self) -> TraceOrder:
        """The order in force."""
        return self._order

    def set_score_names(self, names: Iterable[str]) -> None:
        """Offer these scores to sort by."""
        if self._names != tuple(names):
            self._names = tuple(names)
            self._fill_menu()

    def _list_orders(self) -> list[tuple[str, TraceOrder]]:
        orders = list(_ORDERS)
        for name in self._names:
            shown = one_line(name, _MAX_NAME_CHARS)
            orders.append((f"Lowest {shown} first", TraceOrder("score", name, is_descending=False)))
            orders.append((f"Highest {shown} first", TraceOrder("score", name)))
        return orders

    def _fill_menu(self) -> None:
        for action in self._group.actions():
            self._group.removeAction(action)
        self._menu.clear()
        for number, (text, order) in enumerate(self._list_orders()):
            if number == len(_ORDERS):
                self._menu.addSeparator()
            action = self._menu.addAction(text.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(order == self._order)
            action.setData(order)
            self._group.addAction(action)

    def _show_order(self) -> None:
        text = next((text for text, order in self._list_orders() if order == self._order), "Sorted")
        self.setText(one_line(text.removesuffix(" first"), _MAX_LABEL_CHARS).replace("&", "&&"))
        self.setToolTip(plain_tooltip(f"{text}. Sort the traces"))
        self.setAccessibleName(f"Order of the traces, {text}")
        tokens = self._appearance.tokens
        color = tokens.text_muted if self._order == BY_START else tokens.accent
        self.setIcon(tinted_icon("sort", color, _ICON_PX))

    def _on_triggered(self) -> None:
        self._order = self._group.checkedAction().data()
        self._show_order()
        self.order_chosen.emit(self._order)
