"""The button that picks a project or an experiment: its traces alone are listed. A pick is a term of the filter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton, QWidget

from spanglass_store.search.editing import has_term, without_term
from spanglass_viewer.format.quantities import format_count
from spanglass_viewer.format.text import one_line
from spanglass_viewer.models.filter_completion import quoted
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.theme.icons import tinted_icon
from spanglass_viewer.theme.text_size import wear
from spanglass_viewer.widgets.labels import plain_tooltip

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from spanglass_store.database.records import ContainerRecord
    from spanglass_viewer.theme.appearance import Appearance

_MAX_NAME_CHARS = 60
_ICON_PX = 14
_EVERYTHING = "All projects"


@dataclass(frozen=True, slots=True)
class PickedContainer:
    """A line of the menu; `experiment_id` is None for a project."""

    name: str
    term: str
    traces: int
    experiment_id: str | None = None


class ContainerPicker(QToolButton):
    """Says what is picked; `picked` tells a filter's text without any container, and the term to put into it."""

    picked = Signal(object)  # PickedContainer | None: None for all
    containers_wanted = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._containers: tuple[PickedContainer, ...] = ()
        self._current: PickedContainer | None = None
        self.setProperty("kind", "picker")
        wear(self, FontRole.SMALL)
        self.setIconSize(QSize(_ICON_PX, _ICON_PX))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._menu = QMenu(self)
        self._menu.setAccessibleName("Projects and experiments")
        self._menu.aboutToShow.connect(self.containers_wanted)
        self._group = QActionGroup(self)
        self._group.triggered.connect(self._on_triggered)
        self.setMenu(self._menu)
        appearance.changed.connect(self._show_current)
        self.set_containers(())

    @property
    def current(self) -> PickedContainer | None:
        """What is picked, None for all."""
        return self._current

    def set_containers(self, records: Iterable[ContainerRecord]) -> None:
        """Offer these; what is picked stays."""
        self._containers = tuple(_list_containers(list(records)))
        self._fill_menu()
        self._show_current()

    def show_filter(self, text: str) -> None:
        """Say what a filter picks."""
        self._current = next((found for found in reversed(self._containers) if has_term(text, found.term)), None)
        self._fill_menu()
        self._show_current()

    def without_containers(self, text: str) -> str:
        """Return a filter's text without what this picker puts into it."""
        for container in self._containers:
            text = without_term(text, container.term)
        return text

    def _fill_menu(self) -> None:
        for action in self._group.actions():
            self._group.removeAction(action)
        self._menu.clear()
        self._add(_EVERYTHING, None)
        if self._containers:
            self._menu.addSeparator()
        for container in self._containers:
            indent = "      " if container.experiment_id is not None else ""
            self._add(f"{indent}{container.name}   {format_count(container.traces)}", container)

    def _add(self, text: str, container: PickedContainer | None) -> None:
        action = self._menu.addAction(text.replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(container == self._current)
        action.setData(container)
        self._group.addAction(action)

    def _show_current(self) -> None:
        name = _EVERYTHING if self._current is None else self._current.name
        self.setText(one_line(name, 24).replace("&", "&&"))
        self.setToolTip(plain_tooltip(f"{name}. Pick a project or an experiment"))
        self.setAccessibleName(f"Project or experiment, {name}")
        is_experiment = self._current is not None and self._current.experiment_id is not None
        tokens = self._appearance.tokens
        color = tokens.text_muted if self._current is None else tokens.accent
        self.setIcon(tinted_icon("eval" if is_experiment else "folder", color, _ICON_PX))

    def _on_triggered(self) -> None:
        self.picked.emit(self._group.checkedAction().data())


def _list_containers(records: list[ContainerRecord]) -> Iterator[PickedContainer]:
    """Yield projects by their last use, each before its experiments; those without a project come last."""
    names = [record.experiment_name for record in records if record.experiment_name]
    projects = dict.fromkeys(record.project_name for record in records if record.project_name)
    for project in [*projects, None]:
        members = [record for record in records if (record.project_name or None) == project]
        if project is not None:
            traces = sum(record.traces for record in members)
            yield PickedContainer(one_line(project, _MAX_NAME_CHARS), f"project={quoted(project)}", traces)
        for record in members:
            if record.experiment_id is not None:
                is_unique = names.count(record.experiment_name or "") == 1
                word = record.experiment_name if record.experiment_name and is_unique else record.experiment_id
                name = one_line(record.experiment_name or record.experiment_id, _MAX_NAME_CHARS)
                yield PickedContainer(name, f"experiment={quoted(word)}", record.traces, record.experiment_id)
