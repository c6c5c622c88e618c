"""The box that takes the filter's language: completes what is typed, says in place what cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView, QToolButton, QVBoxLayout, QWidget

from spanglass_store.search.expression import EVERYTHING, Expression
from spanglass_store.search.parse import parse_filter
from spanglass_store.search.tokens import FilterError
from spanglass_viewer.models.filter_completion import Completion, complete_filter
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.theme.icons import tinted_icon
from spanglass_viewer.theme.text_size import wear
from spanglass_viewer.widgets.entry_line import EntryLine
from spanglass_viewer.widgets.key_hints import hint_at
from spanglass_viewer.widgets.labels import PlainLabel, plain_tooltip, set_style_property

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from spanglass_store.database.vocabulary import Vocabulary
    from spanglass_viewer.theme.appearance import Appearance

_TYPING_PAUSE_MS = 150
_MOST_ROWS = 10
_HINT_GAP_PX = 4
_HINT_SIDES_PX = 22  # padding and border, as the style sheet has them
_ICON_PX = 14
_CLEARING = "_q_qlineeditclearaction"  # what Qt calls the action of its button that empties a box
_HELP = (
    'error  ·  name:checkout  ·  type:llm  ·  dur>2s  ·  tokens>5k  ·  tag:x  ·  meta.user.id=7  ·  "any text"'
    "\nJoin with a space, or, brackets; a minus before a term turns it round"
)


class FilterBox(QWidget):
    """Emits `expression_changed` where what is typed means something else than before; a faulty text changes nothing.

    `words_wanted` asks for the words of the store, which come by `set_vocabulary`.
    """

    expression_changed = Signal(object)  # Expression
    text_changed = Signal(str)
    words_wanted = Signal()
    left = Signal()  # Enter or Down: the user goes on to what was found

    def __init__(self, parent: QWidget | None = None, appearance: Appearance | None = None) -> None:
        super().__init__(parent)
        self._edit = EntryLine()
        self._appearance = appearance
        self._magnifier = QAction("Filter", self)
        self._problem = PlainLabel(role=FontRole.SMALL, tone="error", parent=self)
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_PAUSE_MS)
        self._vocabulary: Vocabulary = {}
        self._expression: Expression = EVERYTHING
        self._completion = Completion(0, 0)
        self._words = QStringListModel(self)
        self._completer = QCompleter(self._words, self)
        self._popup = QListView()
        self._lay_out()
        self._connect()
        if appearance is not None:
            self._edit.addAction(self._magnifier, QLineEdit.ActionPosition.LeadingPosition)
            self._name_buttons()
            self._on_appearance_changed()
            appearance.changed.connect(self._on_appearance_changed)

    @property
    def expression(self) -> Expression:
        """What the last readable text means."""
        return self._expression

    @property
    def text(self) -> str:
        """What stands in the box."""
        return self._edit.text()

    @property
    def has_keyboard(self) -> bool:
        """Whether what is typed goes into the box."""
        return self._edit.hasFocus()

    def set_text(self, text: str) -> None:
        """Put a filter into the box, and apply it at once."""
        self._edit.setText(text)
        self._on_typed()

    def clear(self) -> None:
        """Let everything through."""
        self.set_text("")

    def take_focus(self) -> None:
        """Put the keyboard into the box."""
        self._edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._edit.selectAll()

    def set_vocabulary(self, vocabulary: Vocabulary) -> None:
        """Complete with these words from here on."""
        self._vocabulary = vocabulary

    def _lay_out(self) -> None:
        hint_at(self._edit, "filter_traces", "Filter traces, such as error type:llm dur>2s")
        self._edit.setToolTip(plain_tooltip(_HELP))
        self._edit.setAccessibleName("Filter traces")
        self._edit.setAccessibleDescription("Ctrl+Space completes")
        self._problem.setProperty("kind", "hint")
        self._problem.setWordWrap(True)
        self._problem.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._edit)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setMaxVisibleItems(_MOST_ROWS)
        self._completer.setWidget(self._edit)
        self._completer.setPopup(self._popup)
        self._popup.setProperty("kind", "completions")
        wear(self._popup, FontRole.CODE)
        self._popup.setAccessibleName("Completions")

    def _connect(self) -> None:
        self._edit.textEdited.connect(self._on_edited)
        self._edit.textChanged.connect(self._on_text_changed)
        self._edit.returnPressed.connect(self._on_return_pressed)
        self._edit.installEventFilter(self)
        self._popup.installEventFilter(self)
        self._typing.timeout.connect(self._on_typed)
        self._completer.activated[str].connect(self._on_completion_chosen)  # pyright: ignore[reportIndexIssue, reportUnknownMemberType] - the stubs know no overloaded signals

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ask for the store's words when the box is entered; Ctrl+Space completes, Down leaves, Esc empties."""
        if watched is self._edit and event.type() is QEvent.Type.FocusIn:
            self.words_wanted.emit()
        if watched is self._popup and event.type() is QEvent.Type.Hide:
            self._typing.start()  # what was half a term while it was completed may be a mistake now
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            if watched is self._popup:
                return self._handle_popup_key(event)
            if watched is self._edit:
                return self._handle_key(event)
        return super().eventFilter(watched, event)

    def _handle_popup_key(self, event: QKeyEvent) -> bool:
        """Let Enter take a completion only where one was chosen: Qt takes the first all the same."""
        is_enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if not is_enter or self._popup.selectionModel().hasSelection():
            return False
        self._popup.hide()
        self._on_return_pressed()
        return True

    def _handle_key(self, event: QKeyEvent) -> bool:
        is_ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() == Qt.Key.Key_Space and is_ctrl:
            self._offer(least_chars=0)
            return True
        if event.key() == Qt.Key.Key_Down:
            self.left.emit()
            return True
        if event.key() == Qt.Key.Key_Escape and self.text:
            self.clear()
            return True
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the sentence in its place."""
        super().resizeEvent(event)
        if not self._problem.isHidden():
            self._place_problem()

    def _place_problem(self) -> None:
        """Lay the sentence over what is below the box: a bar does not grow for it."""
        window = self.window()
        if self._problem.parent() is not window:
            self._problem.setParent(window)
        self._problem.setFixedWidth(min(self._problem_width(), self.width()))
        self._problem.setFixedHeight(self._problem.heightForWidth(self._problem.width()))
        self._problem.move(self.mapTo(window, QPoint(0, self.height() + _HINT_GAP_PX)))
        self._problem.raise_()

    def _problem_width(self) -> int:
        """Return how wide the sentence is on one line."""
        return self._problem.fontMetrics().horizontalAdvance(self._problem.text()) + _HINT_SIDES_PX

    def _name_buttons(self) -> None:
        """Say what the buttons inside the box do; Qt gives them icons alone."""
        for button in self._edit.findChildren(QToolButton):
            button.setAccessibleName("Filter" if button.defaultAction() is self._magnifier else "Empty the filter")

    def _on_appearance_changed(self) -> None:
        if self._appearance is None:
            return
        tokens = self._appearance.tokens
        self._magnifier.setIcon(tinted_icon("search", tokens.text_faint, _ICON_PX))
        for action in self._edit.findChildren(QAction, _CLEARING):  # else the desktop's icon, in whatever colours
            action.setIcon(tinted_icon("close", tokens.text_muted, _ICON_PX))

    # completing

    def _on_edited(self) -> None:
        self._offer(least_chars=1)

    def _offer(self, *, least_chars: int) -> None:
        self._completion = complete_filter(self.text, self._edit.cursorPosition(), self._vocabulary)
        is_worth_it = self._completion.end - self._completion.start >= least_chars
        if not self._completion.candidates or not is_worth_it:
            self._popup.hide()
            return
        self._words.setStringList(self._completion.candidates)
        self._completer.complete()

    def _on_completion_chosen(self, chosen: str) -> None:
        goes_on = chosen.endswith((":", ">", "."))
        start, end = self._completion.start, self._completion.end
        inserted = chosen if goes_on else f"{chosen} "
        self._edit.setText(self.text[:start] + inserted + self.text[end:].lstrip())
        self._edit.setCursorPosition(start + len(inserted))
        if goes_on:
            QTimer.singleShot(0, self, self._on_edited)  # the popup closes after this signal

    # reading

    def _on_text_changed(self, text: str) -> None:
        if (
            text and not self._edit.isClearButtonEnabled()
        ):  # Qt looks through the desktop's icons: no start waits for it
            self._edit.setClearButtonEnabled(True)
            self._name_buttons()
            self._on_appearance_changed()
        self._typing.start()
        self.text_changed.emit(text)

    def _on_return_pressed(self) -> None:
        if self._popup.isVisible():
            return  # the box hears of the key first; it takes a completion, after which the user types on
        self._on_typed()
        if self._problem.isHidden():
            self.left.emit()

    def _on_typed(self) -> None:
        self._typing.stop()
        try:
            expression = parse_filter(self.text)
        except FilterError as error:
            if self._popup.isVisible():  # half a term that is being completed is no mistake yet
                return
            self._show_problem(f"At character {error.offset + 1}: expected {error.expected}")
            return
        self._show_problem("")
        if expression != self._expression:
            self._expression = expression
            self.expression_changed.emit(expression)

    def _show_problem(self, sentence: str) -> None:
        self._problem.setText(sentence)
        if sentence:
            self._place_problem()
        self._problem.setVisible(bool(sentence))
        set_style_property(self._edit, "invalid", "true" if sentence else None)
        self._edit.setAccessibleDescription(sentence or "Ctrl+Space completes")
