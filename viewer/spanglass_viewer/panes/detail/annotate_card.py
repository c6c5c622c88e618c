"""The form for what a person says of a span: a score, an expected value, tags, a comment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QPlainTextEdit, QPushButton, QWidget

from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.theme.text_size import keep_height, keep_width, wear
from spanglass_viewer.values.annotations import Annotation, BadAnnotation, as_typed, read_annotation
from spanglass_viewer.widgets.card import Card
from spanglass_viewer.widgets.entry_line import EntryLine
from spanglass_viewer.widgets.labels import PlainLabel, set_style_property

if TYPE_CHECKING:
    from spanglass_store.database.records import SpanRecord
    from spanglass_viewer.panes.detail.context import DetailContext

_EDITOR_PX = 68
_VALUE_PX = 92
_MOST_EXPECTED_CHARS = 200_000


@dataclass(frozen=True, slots=True)
class AnnotationRequest:
    """An annotation, and the span as it was when it was made."""

    record: SpanRecord
    annotation: Annotation


class AnnotateCard(Card):
    """Hidden until it is opened; saving or Esc closes it."""

    saved = Signal(object)  # AnnotationRequest

    def __init__(self, context: DetailContext, parent: QWidget | None = None) -> None:
        super().__init__("Annotate", context.appearance, parent)
        self._record: SpanRecord | None = None
        self._score_name = QComboBox()
        self._score_name.setEditable(True)
        self._score_name.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._score = EntryLine()
        self._score.setPlaceholderText("0 to 1")
        keep_width(self._score, _VALUE_PX)
        self._expected = _Editor("What should have come out, as text or JSON")
        self._tags = EntryLine()
        self._tags.setPlaceholderText("reviewed, follow-up")
        self._comment = _Editor("What you noticed")
        self._problem = PlainLabel(role=FontRole.SMALL, tone="error")
        self._problem.setWordWrap(True)
        self._problem.hide()
        self._fields: dict[str, QWidget] = {
            "Score name": self._score_name, "Score": self._score, "Expected": self._expected, "Tags": self._tags,
            "Comment": self._comment,
        }  # fmt: skip
        for name, field in self._fields.items():
            field.setAccessibleName(name)
            field.installEventFilter(self)
        for inner in (self._score_name.view(), self._score_name.lineEdit()):
            if inner is not None:
                inner.setAccessibleName("Score name")
        self._lay_out_form()
        self.hide()

    def open_for(self, record: SpanRecord, score_names: list[str]) -> None:
        """Open the form for a span; what was typed for another span is gone."""
        if self._record is None or self._record.id != record.id:
            self._clear()
        self._record = record
        typed = self._score_name.currentText()
        self._score_name.clear()
        self._score_name.addItems(score_names)
        self._score_name.setCurrentText(typed)
        self.set_folded(is_folded=False)
        self.show()
        self._score_name.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_form(self) -> None:
        """Close the form and forget what was typed."""
        self._clear()
        self._record = None
        self.hide()

    def show_problem(self, sentence: str) -> None:
        """Say in place why nothing was saved."""
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Save by Ctrl+Enter, close by Esc, wherever in the form."""
        if isinstance(event, QKeyEvent) and event.type() in {QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride}:
            is_enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
            is_save = is_enter and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            if event.key() == Qt.Key.Key_Escape or is_save:
                event.accept()
                if event.type() is QEvent.Type.KeyPress:
                    self._on_save() if is_save else self.close_form()
                return True
        return super().eventFilter(watched, event)

    def _lay_out_form(self) -> None:
        score = QHBoxLayout()
        score.setSpacing(8)
        score.addWidget(self._score_name, 1)
        score.addWidget(self._score)
        take = QPushButton("Take the output")
        take.setProperty("kind", "link")
        take.clicked.connect(self._on_take_output)
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.addRow(PlainLabel("Score", role=FontRole.SMALL, tone="muted"), score)
        form.addRow(PlainLabel("Expected", role=FontRole.SMALL, tone="muted"), self._expected)
        form.addRow("", take)
        form.addRow(PlainLabel("Tags", role=FontRole.SMALL, tone="muted"), self._tags)
        form.addRow(PlainLabel("Comment", role=FontRole.SMALL, tone="muted"), self._comment)
        cancel = QPushButton("Cancel")
        cancel.clicked.connect(self.close_form)
        save = QPushButton("Save")
        save.setProperty("kind", "primary")
        save.setToolTip("Ctrl+Enter")
        save.clicked.connect(self._on_save)
        foot = QHBoxLayout()
        foot.addWidget(self._problem, 1)
        foot.addStretch(0)
        foot.addWidget(cancel)
        foot.addWidget(save)
        self.body.addLayout(form)
        self.body.addLayout(foot)

    def _clear(self) -> None:
        self._score_name.setCurrentText("")
        for line in (self._score, self._tags):
            line.clear()
        for editor in (self._expected, self._comment):
            editor.clear()
        self.show_problem("")

    def _on_take_output(self) -> None:
        output = self._record.output if self._record is not None else None
        if output is not None and len(output) > _MOST_EXPECTED_CHARS:
            self.show_problem("The output is too large to be edited here. Nothing was changed")
            return
        self._expected.setPlainText(as_typed(output))
        self._expected.setFocus()

    def _on_save(self) -> None:
        if self._record is None:
            return
        try:
            annotation = read_annotation(
                score_name=self._score_name.currentText(),
                score=self._score.text(),
                expected=self._expected.toPlainText(),
                tags=self._tags.text(),
                comment=self._comment.toPlainText(),
            )
        except BadAnnotation as fault:
            self.show_problem(str(fault))
            set_style_property(self._score, "invalid", "true")
            self._score.setFocus()
            return
        set_style_property(self._score, "invalid", None)
        if not annotation:
            self.show_problem("Nothing to save yet")
            return
        self.saved.emit(AnnotationRequest(self._record, annotation))


class _Editor(QPlainTextEdit):
    """A few lines of plain text to type; Tab goes on to the next field."""

    def __init__(self, hint: str) -> None:
        super().__init__()
        self.setPlaceholderText(hint)
        self.setProperty("kind", "editor")
        wear(self, FontRole.BODY)
        self.setTabChangesFocus(True)
        keep_height(self, _EDITOR_PX)
