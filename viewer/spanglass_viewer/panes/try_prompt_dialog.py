"""Try a prompt: the messages and parameters of a logged call to edit, the new answer beside the logged one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from spanglass_viewer.format.durations import format_duration
from spanglass_viewer.format.quantities import format_count, format_many
from spanglass_viewer.panes.detail.diff_view import DiffView
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.theme.text_size import text_px, wear
from spanglass_viewer.values.chat.prompt_draft import (
    ROLES,
    BadDraft,
    DraftMessage,
    Endpoint,
    PromptDraft,
    describe_parameters,
    read_parameters,
)
from spanglass_viewer.widgets.buttons import IconButton
from spanglass_viewer.widgets.labels import PlainLabel
from spanglass_viewer.widgets.screen_room import resize_within_screen
from spanglass_viewer.widgets.text_view import TextView

if TYPE_CHECKING:
    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.values.chat.prompt_rows import PromptAnswer
    from spanglass_viewer.values.decode import JsonValue

_SIZE = (1080, 780)
_LINE_PX, _LEAST_LINES, _MOST_LINES = 17, 2, 14
_MOST_ANSWER_PX = 100_000
_EDITED_AT_ONCE = 12


class TryPromptDialog(QDialog):
    """Edits a draft; `send_wanted` and `cancel_wanted` are the user's, nothing is sent by itself."""

    send_wanted = Signal(object)  # the body of the request
    cancel_wanted = Signal()
    set_up_wanted = Signal()

    def __init__(self, draft: PromptDraft, logged: str, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Try prompt")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._appearance = appearance
        self._tools = draft.tools
        self._logged = logged
        self._endpoint = Endpoint("", "")
        self._is_sending = False
        self._rows: list[_MessageEditor] = []
        self._model = QLineEdit(draft.model)
        self._model.setAccessibleName("Model")
        self._parameters = QPlainTextEdit(describe_parameters(draft.parameters))
        self._parameters.setAccessibleName("Parameters as JSON")
        self._parameters.setProperty("kind", "editor")
        wear(self._parameters, FontRole.CODE)
        self._parameters.setTabChangesFocus(True)
        self._parameters.setFixedHeight(text_px(_LINE_PX) * min(7, 2 + max(1, len(draft.parameters))) + 14)
        self._earlier = QPushButton()
        self._earlier.setProperty("kind", "link")
        self._earlier.clicked.connect(self._on_earlier_wanted)
        self._messages = QVBoxLayout()
        self._messages.setSpacing(12)
        self._where = PlainLabel(role=FontRole.SMALL, tone="muted")
        self._where.setWordWrap(True)
        self._problem = PlainLabel(role=FontRole.SMALL, tone="error")
        self._problem.setWordWrap(True)
        self._problem.hide()
        self._figures = PlainLabel(role=FontRole.SMALL, tone="muted")
        self._answer = TextView(role=FontRole.BODY, max_height_px=_MOST_ANSWER_PX)
        self._before = TextView(logged, role=FontRole.BODY, max_height_px=_MOST_ANSWER_PX)
        self._diff = DiffView(appearance)
        self._send = QPushButton("Send")
        self._send.setProperty("kind", "primary")
        self._send.setToolTip("Ctrl+Enter")
        self._send.clicked.connect(self._on_send)
        self._lay_out()
        self._unedited = draft.messages[:-_EDITED_AT_ONCE]  # they go along as they are until someone asks for them
        self._earlier.setVisible(bool(self._unedited))
        self._earlier.setText(f"Edit {format_many(len(self._unedited), 'earlier message')} too")
        for message in draft.messages[-_EDITED_AT_ONCE:]:
            self._add_message(message)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self._on_send)
        resize_within_screen(self, *_SIZE)

    def show_endpoint(self, endpoint: Endpoint, *, has_key: bool) -> None:
        """Say where the prompt would go; nothing can be sent before an endpoint was set up."""
        self._endpoint = endpoint
        if not endpoint:
            self._where.setText("No endpoint is set up yet. Nothing can be sent before that")
        elif endpoint.key_variable and not has_key:
            self._where.setText(
                f"Goes to {endpoint.base_url}. {endpoint.key_variable} is not set, so no key goes along"
            )
        else:
            key = f", with the key in {endpoint.key_variable}" if endpoint.key_variable else ", without a key"
            self._where.setText(f"Goes to {endpoint.base_url}{key}")
        self._set_up.setVisible(not endpoint)
        self._send.setEnabled(bool(endpoint))

    def show_sending(self) -> None:
        """Show that a request is under way."""
        self._set_sending(is_sending=True)
        self._answer.set_text("")
        self._tabs.setCurrentIndex(0)
        self._figures.setText("Waiting for the answer…")
        self.show_problem("")

    def add_piece(self, text: str) -> None:
        """Show the next piece of the answer."""
        self._answer.set_text(self._answer.whole_text + text)

    def show_answer(self, answer: PromptAnswer, secs: float) -> None:
        """Show how the answer ended."""
        self._set_sending(is_sending=False)
        told = told_text(answer)
        self._answer.set_text(told)
        self._figures.setText(_figures(answer, secs))
        self.show_problem(answer.problem or "")
        self._diff.show_texts(self._logged, told)
        if self._logged and told:
            self._tabs.setCurrentIndex(1)

    def show_problem(self, sentence: str) -> None:
        """Say in place what is wrong."""
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Hang up with the window."""
        self.cancel_wanted.emit()
        super().closeEvent(event)

    def reject(self) -> None:
        """Close by Esc as by the window's own button."""
        self.close()

    def _lay_out(self) -> None:
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.setChildrenCollapsible(False)
        halves.setHandleWidth(1)
        halves.addWidget(self._make_prompt_side())
        halves.addWidget(self._make_answer_side())
        halves.setSizes([540, 540])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(halves, 1)

    def _make_prompt_side(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(PlainLabel("Model", role=FontRole.SMALL, tone="muted"))
        column.addWidget(self._model)
        tools = f", {len(self._tools)} tools go along" if self._tools else ""
        column.addWidget(PlainLabel(f"Parameters (JSON){tools}", role=FontRole.SMALL, tone="muted"))
        column.addWidget(self._parameters)
        column.addWidget(PlainLabel("Messages", role=FontRole.SMALL, tone="muted"))
        column.addWidget(self._earlier, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(self._messages)
        add = QPushButton("Add a message")
        add.setProperty("kind", "link")
        add.clicked.connect(self._on_add)
        column.addWidget(add, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        self._set_up = QPushButton("Set up…")
        self._set_up.clicked.connect(self.set_up_wanted)
        foot = QHBoxLayout()
        foot.addWidget(self._where, 1)
        foot.addWidget(self._set_up)
        foot.addWidget(self._send)
        side = QWidget()
        whole = QVBoxLayout(side)
        whole.setContentsMargins(20, 16, 12, 16)
        whole.setSpacing(10)
        whole.addWidget(_scrolled(content), 1)
        whole.addWidget(self._problem)
        whole.addLayout(foot)
        return side

    def _make_answer_side(self) -> QWidget:
        """Lay the new answer above the logged one, so that both are in sight while it streams."""
        self._tabs = QTabWidget()
        self._tabs.addTab(_scrolled(self._before), "Logged answer")
        self._tabs.addTab(_scrolled(self._diff), "Difference")
        upper = QWidget()
        above = QVBoxLayout(upper)
        above.setContentsMargins(0, 0, 0, 0)
        above.addWidget(PlainLabel("New answer", role=FontRole.SMALL, tone="muted"))
        above.addWidget(_scrolled(self._answer), 1)
        above.addWidget(self._figures)
        halves = QSplitter(Qt.Orientation.Vertical)
        halves.setChildrenCollapsible(False)
        halves.setHandleWidth(1)
        halves.addWidget(upper)
        halves.addWidget(self._tabs)
        halves.setSizes([_SIZE[1] // 2, _SIZE[1] // 2])
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(12, 16, 20, 16)
        column.addWidget(halves, 1)
        return side

    def _add_message(self, message: DraftMessage, place: int | None = None) -> None:
        row = _MessageEditor(message, self._appearance)
        row.removal_wanted.connect(self._on_removal_wanted)
        at = len(self._rows) if place is None else place
        self._rows.insert(at, row)
        self._messages.insertWidget(at, row)

    def _on_earlier_wanted(self) -> None:
        """Make editors for the next ones: a thousand at once would keep the window waiting."""
        for message in reversed(self._unedited[-_EDITED_AT_ONCE:]):
            self._add_message(message, 0)
        self._unedited = self._unedited[:-_EDITED_AT_ONCE]
        self._earlier.setVisible(bool(self._unedited))
        self._earlier.setText(f"Edit {format_many(len(self._unedited), 'earlier message')} too")

    def _set_sending(self, *, is_sending: bool) -> None:
        self._is_sending = is_sending
        self._send.setText("Stop" if is_sending else "Send")
        self._send.setEnabled(is_sending or bool(self._endpoint))

    def _draft(self) -> PromptDraft:
        parameters = read_parameters(self._parameters.toPlainText())
        messages = [*self._unedited, *(row.message() for row in self._rows)]
        return PromptDraft(self._model.text(), messages, parameters, self._tools)

    def _on_send(self) -> None:
        if self._is_sending:
            self.cancel_wanted.emit()
            return
        if not self._endpoint:
            return
        try:
            body = self._draft().to_body()
        except BadDraft as fault:
            self.show_problem(str(fault))
            return
        self.send_wanted.emit(body)

    def _on_add(self) -> None:
        self._add_message(DraftMessage("user", ""))
        self._rows[-1].setFocus()

    def _on_removal_wanted(self) -> None:
        row = self.sender()
        if isinstance(row, _MessageEditor):
            self._rows.remove(row)
            self._messages.removeWidget(row)
            row.hide()
            row.deleteLater()


class _MessageEditor(QWidget):
    """Role and text of one message."""

    removal_wanted = Signal()

    def __init__(self, message: DraftMessage, appearance: Appearance) -> None:
        super().__init__()
        self._message = message
        self._role = QComboBox()
        self._role.addItems(ROLES if message.role in ROLES else (*ROLES, message.role))
        self._role.setCurrentText(message.role)
        for box in (self._role, self._role.view()):
            box.setAccessibleName("Role")
        remove = IconButton("close", "Remove this message", appearance)
        remove.clicked.connect(self.removal_wanted)
        self._text = QPlainTextEdit(message.text)
        self._text.setProperty("kind", "editor")
        wear(self._text, FontRole.BODY)
        self._text.setTabChangesFocus(True)
        self._text.setAccessibleName("Text of the message")
        lines = message.text[:4000].count("\n") + len(message.text[:4000]) // 64 + 1
        self._text.setFixedHeight(text_px(_LINE_PX) * min(max(lines, _LEAST_LINES), _MOST_LINES) + 12)
        self.setFocusProxy(self._text)
        head = QHBoxLayout()
        head.addWidget(self._role)
        head.addWidget(PlainLabel(message.others_note(), role=FontRole.TINY, tone="faint"), 1)
        head.addWidget(remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self._text)

    def message(self) -> DraftMessage:
        """Return the message as it is now."""
        known = self._message
        return DraftMessage(
            self._role.currentText(), self._text.toPlainText(), known.others, known.calls, known.call_id
        )


def _scrolled(widget: QWidget) -> QScrollArea:
    holder = QWidget()
    holder.setObjectName("detailContent")
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 8, 8, 8)
    column.addWidget(widget)
    column.addStretch(1)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(holder)
    return area


def told_text(answer: PromptAnswer) -> str:
    """Return an answer as text: what was said, and below it what is called."""
    calls = [_call_text(call) for call in answer.calls]
    return "\n\n".join(part for part in (answer.text, *calls) if part)


def _call_text(call: JsonValue) -> str:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict):
        return json.dumps(call)
    return f"{function.get('name')}({function.get('arguments')})"


def _figures(answer: PromptAnswer, secs: float) -> str:
    parts = [format_duration(secs)]
    if answer.first_piece_secs is not None:
        parts.append(f"first word after {format_duration(answer.first_piece_secs)}")
    usage = answer.usage if isinstance(answer.usage, dict) else {}
    for key, what in (("prompt_tokens", "in"), ("completion_tokens", "out")):
        if isinstance(count := usage.get(key), int):
            parts.append(f"{format_count(count)} {what}")
    if answer.finish_reason not in {None, "stop", "tool_calls"}:
        parts.append(f"ended by {answer.finish_reason}")
    return " · ".join(parts)
