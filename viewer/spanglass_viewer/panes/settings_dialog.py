"""The settings: how the window looks, what it follows, which keys call what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QKeySequenceEdit,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from spanglass_viewer.theme.appearance import ThemeMode
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.theme.text_size import keep_width
from spanglass_viewer.values.chat.prompt_draft import Endpoint
from spanglass_viewer.widgets.buttons import IconButton
from spanglass_viewer.widgets.labels import PlainLabel
from spanglass_viewer.widgets.screen_room import resize_within_screen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from spanglass_viewer.theme.appearance import Appearance

_SIZE = (560, 640)
_KEY_PX = 112  # for Ctrl+Shift+M
# what every list, tree, text and dialog lives by; to give such a key away would leave no way to move, or out
_MOVING_KEYS = frozenset(
    QKeySequence(key).toString()
    for key in (
        *("Return", "Enter", "Tab", "Backtab", "Shift+Tab", "Space", "Backspace"),
        *("Up", "Down", "Left", "Right", "Home", "End", "PgUp", "PgDown"),
        *("Shift+Left", "Shift+Right", "+", "-"),  # the tree's own: its time
    )
)
_MODE_NAMES = {ThemeMode.SYSTEM: "As the system", ThemeMode.LIGHT: "Light", ThemeMode.DARK: "Dark"}


@dataclass(frozen=True, slots=True)
class ShownSettings:
    """What the dialog shows when it opens."""

    theme: ThemeMode
    scale_percent: int
    scales_percent: Sequence[int]
    text_percent: int
    text_percents: Sequence[int]
    follows_newest: bool
    endpoint: Endpoint
    path: str
    remote_hosts: tuple[str, ...] = ()
    reduces_motion: bool = False
    editor: str = ""
    editors: Sequence[str] = ()  # that are installed
    usual_keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, "tuple[str, ...]"])  # by action


class SettingsDialog(QDialog):
    """Tells each change at once; there is nothing to confirm."""

    theme_chosen = Signal(object)  # ThemeMode
    scale_chosen = Signal(int)  # percent
    text_size_chosen = Signal(int)  # percent
    follow_chosen = Signal(bool)
    hosts_chosen = Signal(object)  # tuple[str, ...]
    endpoint_chosen = Signal(object)  # Endpoint
    motion_chosen = Signal(bool)  # whether it is reduced
    editor_chosen = Signal(str)  # "" for the one that is found
    keys_chosen = Signal(str, object)  # the action's name, tuple[str, ...] or None for the defaults

    def __init__(
        self, shown: ShownSettings, actions: Iterable[QAction], appearance: Appearance, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self.setWindowTitle("Settings")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._actions = list(actions)
        self._edits: dict[str, QKeySequenceEdit] = {}
        self._removers: dict[str, IconButton] = {}
        self._usual_keys = shown.usual_keys
        self._clash = PlainLabel(role=FontRole.SMALL, tone="warning")
        self._clash.setWordWrap(True)
        self._clash.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(14)
        column.addWidget(PlainLabel("Settings", role=FontRole.TITLE))
        column.addWidget(self._make_body(shown), 1)
        column.addWidget(self._clash)
        column.addLayout(self._make_foot(shown))
        resize_within_screen(self, *_SIZE)

    def _make_body(self, shown: ShownSettings) -> QScrollArea:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 12, 0)
        column.setSpacing(14)
        column.addLayout(self._make_form(shown))
        column.addWidget(PlainLabel("Keys", role=FontRole.BODY_STRONG))
        column.addLayout(self._make_keys())
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(content)
        area.setAccessibleName("Settings")
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it would take the keyboard first, and show nothing of it
        return area

    def _make_form(self, shown: ShownSettings) -> QFormLayout:
        self._theme = QComboBox()
        for mode in ThemeMode:
            self._theme.addItem(_MODE_NAMES[mode], mode)
        self._theme.setCurrentIndex(list(ThemeMode).index(shown.theme))
        self._theme.currentIndexChanged.connect(self._on_theme_chosen)
        self._scale = _percent_box(shown.scales_percent, shown.scale_percent)
        self._scale.currentIndexChanged.connect(self._on_scale_chosen)
        self._text_size = _percent_box(shown.text_percents, shown.text_percent)
        self._text_size.currentIndexChanged.connect(self._on_text_size_chosen)
        self._scale_note = PlainLabel("Takes effect with the next start", role=FontRole.SMALL, tone="faint")
        follow = QCheckBox("Open the newest trace until one is chosen")
        follow.setChecked(shown.follows_newest)
        follow.toggled.connect(self.follow_chosen)
        self._base_url = QLineEdit(shown.endpoint.base_url)
        self._base_url.setPlaceholderText("https://api.openai.com/v1, or nothing to leave it off")
        self._key_variable = QLineEdit(shown.endpoint.key_variable)
        self._key_variable.setPlaceholderText("OPENAI_API_KEY")
        for line in (self._base_url, self._key_variable):
            line.editingFinished.connect(self._on_endpoint_edited)
        motion = QCheckBox("Reduce motion: no blinking, slow ticks")
        motion.setChecked(shown.reduces_motion)
        motion.toggled.connect(self.motion_chosen)
        self._editor = self._make_editor_box(shown)
        scale_row = QHBoxLayout()
        scale_row.setSpacing(10)
        scale_row.addWidget(self._scale)
        scale_row.addWidget(self._scale_note, 1)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        rows = (
            ("Theme", self._theme),
            ("Size", scale_row),
            ("Text size", self._text_size),
            ("Motion", motion),
            ("Newest", follow),
            ("Editor", self._editor),
            ("Try prompts at", self._base_url),
            ("Key in variable", self._key_variable),
        )
        for label, box in rows:
            form.addRow(PlainLabel(label, tone="muted"), box)
        self._name_boxes(motion, follow)
        if shown.remote_hosts:  # there is nothing to take back before something was allowed
            self._hosts = QLineEdit(" ".join(shown.remote_hosts))
            self._hosts.setAccessibleName("Hosts whose images are fetched without asking")
            self._hosts.editingFinished.connect(self._on_hosts_edited)
            form.addRow(PlainLabel("Images from", tone="muted"), self._hosts)
        return form

    def _name_boxes(self, motion: QCheckBox, follow: QCheckBox) -> None:
        for box, name in (
            (self._theme, "Theme"),
            (self._scale, "Size"),
            (self._text_size, "Text size"),
            (motion, "Reduce motion"),
            (follow, "Open the newest trace"),
            (self._editor, "Editor that opens source lines"),
            (self._base_url, "Base URL at which prompts are tried"),
            (self._key_variable, "Environment variable that has the key"),
        ):
            box.setAccessibleName(name)
            if isinstance(box, QComboBox):
                box.view().setAccessibleName(name)

    def _make_editor_box(self, shown: ShownSettings) -> QComboBox:
        box = QComboBox()
        box.setEditable(True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        box.addItems(["", *shown.editors])
        box.setCurrentIndex(-1)
        edit = QLineEdit(shown.editor)
        box.setLineEdit(edit)
        edit.setPlaceholderText("$VISUAL, or the first editor found")
        edit.setToolTip("An editor's name, or a command with {path} and {line} in it")
        edit.setAccessibleName("Editor that opens source lines")
        edit.editingFinished.connect(self._on_editor_edited)
        box.activated.connect(self._on_editor_edited)
        return box

    def _make_keys(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setColumnStretch(0, 1)
        for row, action in enumerate(self._actions):
            edit = QKeySequenceEdit()
            edit.setMaximumSequenceLength(1)
            keep_width(edit, _KEY_PX)
            edit.setAccessibleName(f"Key of {action.text()}")
            edit.setObjectName(action.objectName())
            for inner in edit.findChildren(QLineEdit):
                inner.setAccessibleName(edit.accessibleName())
            edit.editingFinished.connect(self._on_key_edited)
            self._edits[action.objectName()] = edit
            name = PlainLabel(action.text())
            name.setWordWrap(True)
            grid.addWidget(name, row, 0)
            grid.addWidget(edit, row, 1)
            grid.addWidget(self._make_remover(action), row, 2)
        self._show_keys()
        return grid

    def _make_remover(self, action: QAction) -> IconButton:
        button = IconButton("close", "", self._appearance)
        button.setObjectName(action.objectName())
        button.clicked.connect(self._on_remover_clicked)
        self._removers[action.objectName()] = button
        return button

    def _make_foot(self, shown: ShownSettings) -> QHBoxLayout:
        reset = QPushButton("Reset all keys")
        reset.clicked.connect(self._on_reset)
        close = QPushButton("Close")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        path = PlainLabel(shown.path, role=FontRole.SMALL, tone="faint")
        path.setWordWrap(True)
        path.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        foot = QHBoxLayout()
        foot.addWidget(path, 1)
        foot.addWidget(reset)
        foot.addWidget(close)
        return foot

    def _show_keys(self) -> None:
        for action in self._actions:
            name = action.objectName()
            self._edits[name].setKeySequence(action.shortcut())
            is_usual = self._has_usual_keys(action)
            self._removers[name].set_icon("close" if is_usual else "arrow-left")
            self._removers[name].set_what(
                f"Take the keys of {action.text()} away" if is_usual else f"Give {action.text()} its usual keys again"
            )

    def _has_usual_keys(self, action: QAction) -> bool:
        return action.shortcuts() == self._usual_keys_of(action)

    def _usual_keys_of(self, action: QAction) -> list[QKeySequence]:
        return [QKeySequence(key) for key in self._usual_keys.get(action.objectName(), ())]

    def _on_theme_chosen(self) -> None:
        self.theme_chosen.emit(self._theme.currentData())

    def _on_scale_chosen(self) -> None:
        self.scale_chosen.emit(self._scale.currentData())

    def _on_text_size_chosen(self) -> None:
        self.text_size_chosen.emit(self._text_size.currentData())

    def _on_hosts_edited(self) -> None:
        self.hosts_chosen.emit(tuple(self._hosts.text().lower().split()))

    def _on_endpoint_edited(self) -> None:
        self.endpoint_chosen.emit(Endpoint(self._base_url.text().strip(), self._key_variable.text().strip()))

    def _on_editor_edited(self) -> None:
        self.editor_chosen.emit(self._editor.currentText().strip())

    def _on_key_edited(self) -> None:
        edit = self.sender()
        if not isinstance(edit, QKeySequenceEdit):
            return
        action = next(action for action in self._actions if action.objectName() == edit.objectName())
        chosen = edit.keySequence()
        if chosen == action.shortcut():
            return
        if chosen == QKeySequence(Qt.Key.Key_Escape):  # who presses it wants out
            edit.setKeySequence(action.shortcut())
            return
        if reason := self._find_objection(action, [chosen]):
            self._show_objection(reason)
            edit.setKeySequence(action.shortcut())
            return
        self._clash.hide()
        # the first key is the one that is edited; the others stay
        keys = [chosen, *action.shortcuts()[1:]]
        portable = QKeySequence.SequenceFormat.PortableText
        self.keys_chosen.emit(action.objectName(), tuple(key.toString(portable) for key in keys if not key.isEmpty()))
        self._show_keys()

    def _find_objection(self, action: QAction, keys: Sequence[QKeySequence]) -> str | None:
        """Return why an action cannot have these keys, None where it can."""
        for key in keys:
            if key.toString() in _MOVING_KEYS:
                return f"{key.toString()} moves in trees, lists and texts"
            others = [other.text() for other in self._actions if other is not action and key in other.shortcuts()]
            if others and not key.isEmpty():
                return f"{key.toString()} calls “{others[0]}” already"
        return None

    def _show_objection(self, reason: str) -> None:
        self._clash.setText(f"{reason}. Nothing was changed")
        self._clash.show()

    def _on_remover_clicked(self) -> None:
        """Take an action's keys away, or give it the usual ones where it has others."""
        name = self.sender().objectName()
        action = next(action for action in self._actions if action.objectName() == name)
        if self._has_usual_keys(action):
            self.keys_chosen.emit(name, ())
        elif reason := self._find_objection(action, self._usual_keys_of(action)):
            self._show_objection(reason)
            return
        else:
            self.keys_chosen.emit(name, None)
        self._clash.hide()
        self._show_keys()

    def _on_reset(self) -> None:
        for action in self._actions:
            self.keys_chosen.emit(action.objectName(), None)
        self._clash.hide()
        self._show_keys()


def _percent_box(percents: Sequence[int], chosen: int) -> QComboBox:
    box = QComboBox()
    for percent in sorted({*percents, chosen}):
        box.addItem(f"{percent} %", percent)
    box.setCurrentIndex(box.findData(chosen))
    return box
