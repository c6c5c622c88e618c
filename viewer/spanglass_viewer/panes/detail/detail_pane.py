"""The right pane: one span, card by card. A live update of the same span changes only what changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QVBoxLayout, QWidget

from spanglass_viewer.backend.decoding import JsonDecoder
from spanglass_viewer.backend.large_values import ValueSession
from spanglass_viewer.format.quantities import format_bytes
from spanglass_viewer.panes.detail.annotate_card import AnnotateCard, AnnotationRequest
from spanglass_viewer.panes.detail.attachments_card import AttachmentsCard
from spanglass_viewer.panes.detail.blocks import BlockMaker
from spanglass_viewer.panes.detail.card_arrival import CardArrival
from spanglass_viewer.panes.detail.comments_card import CommentsCard
from spanglass_viewer.panes.detail.context import DetailContext
from spanglass_viewer.panes.detail.error_card import ErrorCard
from spanglass_viewer.panes.detail.field_card import FieldCard
from spanglass_viewer.panes.detail.header import DetailHeader
from spanglass_viewer.panes.detail.reading_place import ReadingPlace
from spanglass_viewer.panes.detail.scores_card import ScoresCard
from spanglass_viewer.panes.detail.span_finder import SpanFinder
from spanglass_viewer.panes.detail.undo_strip import UndoStrip
from spanglass_viewer.panes.detail.value_hits import ValueHits
from spanglass_viewer.panes.detail.view_state import DetailViewState
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.values.annotations import undo_rows
from spanglass_viewer.values.chat.call_facts import read_call_facts
from spanglass_viewer.values.chat.messages import CallFacts, Conversation
from spanglass_viewer.values.chat.prompt_draft import answer_text, can_try
from spanglass_viewer.values.decode import AT_ONCE_CHARS, JsonValue, NotJson, decode_beginning, decode_json
from spanglass_viewer.values.errors import read_error
from spanglass_viewer.values.media import MediaItem, MediaResolver
from spanglass_viewer.values.metrics import list_scores
from spanglass_viewer.values.partial_output import split_partial_output
from spanglass_viewer.values.readings import FIELD_OF_TITLE, Reading
from spanglass_viewer.values.span_text import span_as_json
from spanglass_viewer.widgets.labels import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spanglass_store.database.records import CommentRecord, SpanRecord
    from spanglass_viewer.backend.images import ImageLoader
    from spanglass_viewer.backend.remote_images import RemoteImages
    from spanglass_viewer.models.selection import Selection
    from spanglass_viewer.panes.lightbox import Lightbox
    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.trace.references import PathStep, SpanDetail
    from spanglass_viewer.widgets.card import Card

_MOST_FACTS_CHARS = 200_000
_EMPTY = frozenset({"null", "{}", "[]", '""'})
_MOST_EMPTY_CHARS = 4
_MOST_BARS = 100
_LOADING_AFTER_MS = 150
_MOST_HELD_MS = 1000  # while the same is made in another size: the old picture says more than an empty pane


@dataclass(frozen=True, slots=True)
class PromptSource:
    """A prompt as it was logged: the conversation, the logged answer as text, and where it stands."""

    root_span_id: str
    span_id: str
    conversation: Conversation
    logged: str
    resolver: MediaResolver


class DetailPane(QWidget):
    """Header and cards of the selected span."""

    copy_link_requested = Signal(object)  # SpanRef
    copy_field_link_requested = Signal(object, str)  # SpanRef, a field's path
    step_requested = Signal(int)  # -1: the span before, 1: the next one
    span_wanted = Signal(str)  # the id of one above
    notice_given = Signal(str)  # a sentence for the status bar
    try_prompt_requested = Signal()
    action_wanted = Signal(str)  # the name of an action of the window
    annotated = Signal(object)  # AnnotationRequest
    annotation_undone = Signal(object)  # AnnotationRequest
    comment_taken_back = Signal(object, object)  # SpanRecord, CommentRecord

    def __init__(
        self,
        selection: Selection,
        appearance: Appearance,
        images: ImageLoader,
        parent: QWidget | None = None,
        remote: RemoteImages | None = None,
    ) -> None:
        super().__init__(parent)
        self._selection = selection
        self._detail: SpanDetail | None = None
        self.view_state = DetailViewState()
        self._context = DetailContext(appearance, images, self.view_state, self, remote)
        self._decoder = JsonDecoder(self)
        self._header = DetailHeader(self._context)
        self._fields = {title: FieldCard(title, self._context, self._decoder) for title in (*FIELD_OF_TITLE, "Raw")}
        self._error = ErrorCard(self._context)
        self._scores = ScoresCard(self._context)
        self._odd_scores = FieldCard("Scores", self._context, self._decoder)
        self._partial_output = FieldCard("Output so far", self._context, self._decoder)
        self._attachments = AttachmentsCard(self._context)
        self._comments = CommentsCard(self._context)
        self._annotate = AnnotateCard(self._context)
        self._done = UndoStrip(appearance)
        self._last_annotation: AnnotationRequest | None = None
        self._trace_needle = ""
        self._awaited: tuple[str, tuple[PathStep, ...]] = ("", ())
        self._loading = QTimer(self, interval=_LOADING_AFTER_MS, singleShot=True)
        self._loading.timeout.connect(self._on_loading_lasts)
        self._notice = PlainLabel(role=FontRole.BODY, tone="faint")
        self._lightbox: Lightbox | None = None
        self._lay_out()
        self._connect()
        self.show_nothing()

    @property
    def shown_detail(self) -> SpanDetail | None:
        """The span that is shown."""
        return self._detail

    @property
    def is_idle(self) -> bool:
        """Tell whether no large value is still being read, and what is in sight is made."""
        cards_idle = all(card.is_idle for card in self._field_cards())
        is_read = self._decoder.is_idle and self._context.making.is_idle
        is_drawn = self._lightbox is None or self._lightbox.is_idle
        return is_read and is_drawn and self.finder.is_idle and cards_idle

    @property
    def lightbox(self) -> Lightbox:
        """What shows attachments large, made when it is first asked for: no start waits for it."""
        if self._lightbox is None:
            from spanglass_viewer.panes.lightbox import Lightbox  # noqa: PLC0415 - few open it at once

            self._lightbox = Lightbox(self, self._context.appearance, self._context.images)
        return self._lightbox

    def set_view_state(self, state: DetailViewState) -> None:
        """Take over what was remembered; call this before the first span is shown."""
        self.view_state.folded = dict(state.folded)
        self.view_state.formats = dict(state.formats)
        self.view_state.is_wrapped = state.is_wrapped
        for card in self._cards:
            card.set_folded(is_folded=self.view_state.is_folded(card.title))

    def show_span(self, detail: SpanDetail, readings: Mapping[str, Reading] | None = None) -> None:
        """Show a span. The same span again, with news or without, keeps place, folded and unfolded parts.

        `readings` are its fields as far as they are read already, by the titles of their cards.
        """
        self._loading.stop()
        before = self._detail
        is_same_span = before is not None and before.record.id == detail.record.id
        if not is_same_span:
            self._context.making.hold(self)
        self._detail = detail
        resolver = MediaResolver(detail.attachments, detail.blobs, detail.kinds)
        is_new_media = before is None or (before.attachments, before.blobs) != (detail.attachments, detail.blobs)
        self._context.logged_us = detail.record.created_us
        self._context.git_commit = detail.git_commit
        self._notice.hide()
        self._header.show()
        self._header.show_span(detail)
        if not is_same_span:
            self._forget()
            self._scroll.verticalScrollBar().setValue(0)
            self._arrival.leave()
            self._place.leave()
            self._hits.expect_span()
        elif not self._arrival.is_bringing:
            self._place.hold()
        self._show_error(resolver)
        self._show_fields(resolver, readings or {}, is_new_media=is_new_media)
        self._comments.show_comments(detail.comments)
        self._comments.setVisible(bool(detail.comments))
        self._show_attachments()
        if not is_same_span:
            self.finder.look_again()

    def show_path(self, steps: tuple[PathStep, ...]) -> None:
        """Say which spans stand above the one that is shown."""
        self._header.show_path(steps)

    def mark_hits(self, needle: str) -> None:
        """Mark a text in the span's values, in this span and the next ones; nothing takes the marks away."""
        self._trace_needle = needle
        if not self.finder.is_open:
            self._hits.set_needle(needle)

    @property
    def has_focus_inside(self) -> bool:
        """Tell whether the keyboard is in the pane."""
        focus = QApplication.focusWidget()
        return focus is not None and self.isAncestorOf(focus)

    def toggle_raw(self) -> None:
        """Show everything as raw JSON, or as it was before."""
        self._context.making.hold(self)
        self.view_state.is_raw = not self.view_state.is_raw
        for card in self._field_cards():
            card.show_anew()
        self.finder.look_again()

    def find_prompt(self) -> PromptSource | None:
        """Return the prompt of the shown span, None where it has none or is still being read."""
        conversation = self._fields["Input"].conversation
        if self._detail is None or conversation is None or not can_try(conversation):
            return None
        answer = self._fields["Output"].conversation
        logged = self._fields["Output"].value
        told = answer_text(answer) if answer is not None else logged if isinstance(logged, str) else ""
        resolver = MediaResolver(self._detail.attachments, self._detail.blobs, self._detail.kinds)
        ref = self._detail.ref
        return PromptSource(ref.root_span_id, ref.span_id, conversation, told, resolver)

    def annotate(self) -> None:
        """Open the form that annotates the shown span."""
        if self._detail is not None:
            scores = _decode_small(self._detail.record.scores)
            self._annotate.open_for(self._detail.record, [*scores] if isinstance(scores, dict) else [])
            self._scroll.ensureWidgetVisible(self._annotate)

    def show_annotated(self, request: AnnotationRequest) -> None:
        """Say that an annotation is in the journal, and offer to take it back."""
        self._annotate.close_form()
        self._last_annotation = request
        # what was there before is not at hand where it is too large for the window
        is_whole = self._detail is None or self._detail.large.keys().isdisjoint({"scores", "expected"})
        can_undo = is_whole and bool(undo_rows(request.record, request.annotation))
        self._done.show_done(f"Saved {request.annotation.summary()}", can_undo=can_undo)
        self._scroll.setFocus()

    def show_undone(self) -> None:
        """Say that the last annotation was taken back."""
        self._last_annotation = None
        self._done.show_done("Taken back", can_undo=False)

    def show_annotation_problem(self, sentence: str) -> None:
        """Say why an annotation could not be saved; what was typed stays."""
        self._annotate.show_problem(sentence)

    def open_in_editor(self) -> None:
        """Open the line at which the shown span failed."""
        self._error.open_in_editor()

    def copy_error(self) -> None:
        """Copy the shown span's error."""
        self._error.copy()

    def copy_error_as_markdown(self) -> None:
        """Copy the shown span's error as Markdown."""
        self._error.copy_as_markdown()

    def set_editor(self, command: str) -> None:
        """Open source lines by this command from here on; "" looks for an editor."""
        self._context.editor = command

    def go_to_field(self, field: str) -> bool:
        """Bring a field's card into sight, unfolded and marked for a moment; False where the span has no such field.

        A way into its value (`output.choices.0`) is unfolded in its tree, and what it leads to is selected.
        """
        name, *words = field.split(".")
        card = next((card for card in self._cards if card.title.lower() == name and card.isVisibleTo(self)), None)
        if card is None:
            return False
        if card.is_folded:
            card.set_folded(is_folded=False)
            self._on_raw_toggled(is_folded=card is not self._fields["Raw"])
        has_part = not words or (isinstance(card, FieldCard) and card.reveal(tuple(words)))
        self._place.leave()
        self._arrival.bring(card)
        return has_part

    def show_loading(self, name: str, path: tuple[PathStep, ...] = ()) -> None:
        """Wait for a span's details; what was shown stays for a moment, so that a quick answer does not flicker."""
        self._awaited = name, path
        if self._detail is None and not self._loading.isActive():
            self._notice.setText("")  # it said that no span is selected
        self._loading.start()

    def _on_loading_lasts(self) -> None:
        self._say("Loading the span…")
        name, path = self._awaited
        self._header.show_name(name, path)
        self._header.setVisible(bool(name))

    def show_blank(self) -> None:
        """Show nothing until it is known whether there is a span."""
        self._say("")

    def show_nothing(self) -> None:
        """Show that no span is selected."""
        self._say("Select a span to see its details")

    def show_fault(self, sentence: str) -> None:
        """Say why there are no details."""
        self._say(sentence)

    def stop(self) -> None:
        """Wait for what is still being read; call this before the application ends."""
        if self._lightbox is not None:
            self._lightbox.stop()
        self._decoder.stop()
        for card in self._field_cards():
            card.clear()
        ValueSession.wait_for_dropped()

    def _lay_out(self) -> None:
        content = QWidget()
        content.setObjectName("detailContent")
        column = QVBoxLayout(content)
        column.setContentsMargins(16, 14, 16, 24)
        column.setSpacing(16)
        fields = self._fields
        self._cards: tuple[Card, ...] = (
            self._error, fields["Input"], fields["Output"], self._partial_output, fields["Expected"], self._scores,
            self._odd_scores, self._comments, fields["Metadata"], fields["Metrics"], self._attachments,
            fields["Context"], fields["Raw"],
        )  # fmt: skip
        column.addWidget(self._done)
        column.addWidget(self._annotate)
        for card in self._cards:
            column.addWidget(card)
        column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # what it holds takes Tab, and hands scrolling up
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(content)
        self._arrival = CardArrival(self._scroll, content, self._context.appearance)
        self._place = ReadingPlace(self._scroll, self._cards)
        self._hits = ValueHits(self._scroll, content, self._context.appearance)
        self.finder = SpanFinder(self._scroll, self._field_cards(), self._context.appearance)
        self.finder.needle_changed.connect(self._on_needle_changed)
        self._notice.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._notice.setWordWrap(True)
        self._notice.setContentsMargins(24, 24, 24, 24)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._header)
        whole.addWidget(self.finder.bar)
        whole.addWidget(self._notice, 1)
        whole.addWidget(self._scroll, 1)

    def _connect(self) -> None:
        self._header.copy_link_requested.connect(self._on_copy_link)
        self._header.step_requested.connect(self.step_requested)
        self._header.span_wanted.connect(self.span_wanted)
        self._header.annotate_requested.connect(self.annotate)
        self._header.try_prompt_requested.connect(self.try_prompt_requested)
        self._header.action_wanted.connect(self.action_wanted)
        self._annotate.saved.connect(self.annotated)
        self._done.undo_wanted.connect(self._on_undo_wanted)
        self._comments.removal_wanted.connect(self._on_removal_wanted)
        self._context.media_opened.connect(self.open_media)
        self._context.field_link_wanted.connect(self._on_field_link_wanted)
        self._context.notice_given.connect(self.notice_given)
        for card in self._cards:
            card.fold_toggled.connect(self._on_fold_toggled)
        self._fields["Raw"].fold_toggled.connect(self._on_raw_toggled)
        self._context.appearance.text_resized.connect(self._on_text_resized)
        for card in self._fields.values():
            card.value_read.connect(self._show_attachments)

    def _on_text_resized(self) -> None:
        """Make the cards anew: what they hold measured its text when it was made."""
        if self._detail is None:
            return
        self._context.making.hold(self.window(), _MOST_HELD_MS)
        for card in self._field_cards():
            card.show_anew()
        self._error.clear()
        self._show_error(MediaResolver(self._detail.attachments, self._detail.blobs, self._detail.kinds))
        self._comments.show_comments(())
        self._comments.show_comments(self._detail.comments)
        self.finder.look_again()

    def _show_error(self, resolver: MediaResolver) -> None:
        text = self._detail.record.error if self._detail is not None else None
        self._error.setVisible(not _is_empty(text))
        if text is None or _is_empty(text):
            self._error.clear()
            return
        value = decode_beginning(text)
        self._error.set_note("" if len(text) <= AT_ONCE_CHARS else f"The beginning of {format_bytes(len(text))}")
        self._error.show_error(read_error(value), BlockMaker(self._context, resolver), resolver)

    def _show_fields(self, resolver: MediaResolver, readings: Mapping[str, Reading], *, is_new_media: bool) -> None:
        if self._detail is None:
            return
        record = self._detail.record
        texts = {title: getattr(record, name) for title, name in FIELD_OF_TITLE.items()}
        # megabytes are spliced and read only for a card that is open
        texts["Raw"] = None if self._fields["Raw"].is_folded else span_as_json(record, self._detail.large)
        listed = _read_scores(record.scores)
        self._scores.show_scores(listed or [])
        self._scores.setVisible(bool(listed))
        cards = {**self._fields, "Scores": self._odd_scores, "Output so far": self._partial_output}
        texts["Scores"] = None if listed else record.scores
        texts["Output so far"], texts["Metadata"] = split_partial_output(record.metadata)
        self._scroll.setVisible(True)
        facts = _read_facts(record)
        self._fields["Input"].set_facts(replace(facts, tokens=()))
        self._fields["Output"].set_facts(CallFacts(tokens=facts.tokens))
        if not _is_empty(record.output) and not _is_empty(record.expected):
            self._fields["Output"].set_counterpart(record.expected)
            self._fields["Expected"].set_counterpart(record.output)
        else:
            self._fields["Output"].set_counterpart(None)
            self._fields["Expected"].set_counterpart(None)
        for title, card in cards.items():
            text, large = texts[title], self._detail.large.get(FIELD_OF_TITLE.get(title, title.lower()))
            card.setVisible(large is not None or not _is_empty(text) or title == "Raw")
            if large is not None:
                card.show_large(large, record.type or "", resolver)
            elif text is None or _is_empty(text):
                card.clear()
            else:
                is_affected = is_new_media and '"' in text
                reading = readings.get(title)
                card.show_field(text, record.type or "", resolver, is_new_media=is_affected, reading=reading)

    def _show_attachments(self) -> None:
        if self._detail is None:
            return
        items = self.list_media()
        self._attachments.show_items(items)
        self._attachments.setVisible(bool(items))

    def list_media(self) -> list[MediaItem]:
        """Return what the span's values name, in the order of the cards."""
        found: dict[str, MediaItem] = {}
        for title in ("Input", "Output", "Expected", "Metadata"):
            for item in self._fields[title].media:
                found.setdefault(item.key, item)
        return list(found.values())

    def _forget(self) -> None:
        for card in self._field_cards():
            card.clear()
        self._annotate.close_form()
        self._done.hide()

    def _field_cards(self) -> tuple[FieldCard, ...]:
        return (*self._fields.values(), self._odd_scores, self._partial_output)

    def _say(self, sentence: str) -> None:
        self._loading.stop()
        self._detail = None
        self._header.hide()
        self._scroll.hide()
        self._notice.setText(sentence)
        self._notice.show()

    def _on_field_link_wanted(self, field: str) -> None:
        if self._detail is not None:
            self.copy_field_link_requested.emit(self._detail.ref, field)

    def _on_copy_link(self) -> None:
        if self._detail is not None:
            self.copy_link_requested.emit(self._detail.ref)

    def _on_needle_changed(self, needle: str) -> None:
        self._hits.set_needle(needle or self._trace_needle, brings_first=False)

    def _on_undo_wanted(self) -> None:
        if self._last_annotation is not None:
            self.annotation_undone.emit(self._last_annotation)

    def _on_removal_wanted(self, comment: CommentRecord) -> None:
        if self._detail is not None:
            self.comment_taken_back.emit(self._detail.record, comment)

    def _on_fold_toggled(self, is_folded: bool) -> None:
        card = self.sender()
        for known in self._cards:
            if known is card:
                self.view_state.folded[known.title] = is_folded

    def _on_raw_toggled(self, is_folded: bool) -> None:
        if not is_folded and self._detail is not None:
            resolver = MediaResolver(self._detail.attachments, self._detail.blobs, self._detail.kinds)
            record = self._detail.record
            raw = self._fields["Raw"]
            raw.show_field(span_as_json(record, self._detail.large), record.type or "", resolver)
            raw.fill()

    def open_media(self, item: MediaItem) -> None:
        """Show one of the span's attachments large, the others beside it."""
        if self._detail is None:
            return
        items = [known for known in self.list_media() if known.has_bytes]
        if item.key not in {known.key for known in items}:
            items.append(item)
        self.open_items(items, next(n for n, known in enumerate(items) if known.key == item.key))

    def open_items(self, items: list[MediaItem], position: int) -> None:
        """Show one of several attachments large, whichever spans they belong to."""
        self.lightbox.open_items(items, position)


def _is_empty(text: str | None) -> bool:
    """Tell whether there is nothing to show; the length first, as looking up a text of megabytes reads it whole."""
    return text is None or (len(text) <= _MOST_EMPTY_CHARS and text in _EMPTY)


def _read_facts(record: SpanRecord) -> CallFacts:
    """Return what metadata and metrics say of a model's call; nothing of other spans, and of what is large."""
    is_call = record.type == "llm" or record.model is not None
    if not is_call or len(record.metadata or "") > _MOST_FACTS_CHARS or len(record.metrics or "") > _MOST_FACTS_CHARS:
        return CallFacts()
    metadata, metrics = _decode_small(record.metadata), _decode_small(record.metrics)
    said = read_call_facts(metadata if isinstance(metadata, dict) else {})[0]
    counted = read_call_facts(metrics if isinstance(metrics, dict) else {})[0]
    return replace(said, tokens=counted.tokens or said.tokens)


def _read_scores(text: str | None) -> list[tuple[str, float | None]] | None:
    """Return scores that each get a bar; None for what is shown as a value, so many scores too."""
    listed = list_scores(_decode_small(text)) if not _is_empty(text) else None
    return None if listed is not None and len(listed) > _MOST_BARS else listed


def _decode_small(text: str | None) -> JsonValue:
    try:
        return decode_json(text) if text is not None and len(text) <= AT_ONCE_CHARS else None
    except NotJson:
        return None
