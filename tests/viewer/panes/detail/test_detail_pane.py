from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from span_details import make_detail, stored_file

from spanglass_store.database.records import AttachmentRecord, CommentRecord
from spanglass_viewer.panes.detail.chat_view import ChatView, FactsBar
from spanglass_viewer.panes.detail.diff_view import DiffView
from spanglass_viewer.panes.detail.field_card import FieldCard
from spanglass_viewer.panes.detail.image_thumb import ImageThumb
from spanglass_viewer.panes.detail.json_tree_view import JsonTreeView
from spanglass_viewer.panes.detail.media_tile import FileTile
from spanglass_viewer.panes.detail.message_block import MessageBlock
from spanglass_viewer.panes.detail.message_column import _AHEAD_PX, _MOST_BLOCKS
from spanglass_viewer.panes.detail.records_view import RecordsView
from spanglass_viewer.panes.detail.view_state import DetailViewState, ValueFormat
from spanglass_viewer.theme.appearance import ThemeMode
from spanglass_viewer.values.decode import AT_ONCE_CHARS
from spanglass_viewer.widgets.buttons import Chip
from spanglass_viewer.widgets.card import Card
from spanglass_viewer.widgets.markdown_view import MarkdownView
from spanglass_viewer.widgets.text_view import TextView

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from spanglass_viewer.panes.detail.detail_pane import DetailPane
    from spanglass_viewer.theme.appearance import Appearance


def _titles(pane: DetailPane) -> list[str]:
    cards = [card for card in pane.findChildren(Card) if not card.isHidden()]
    return [card.title for card in sorted(cards, key=lambda card: card.y())]


def _texts(widget: QWidget) -> list[str]:
    return [view.toPlainText() for view in widget.findChildren(TextView)]


def _settle(pane: DetailPane, qtbot: QtBot) -> None:
    """Let the layout run to its end, and what is being removed go."""
    qtbot.waitUntil(lambda: pane.is_idle and pane._context.images.is_idle)
    QGuiApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QGuiApplication.processEvents()


def _settle_chat(pane: DetailPane, qtbot: QtBot) -> None:
    """Let everything in sight be painted, and then made, until nothing moves any more."""
    pictures = [pane.grab().toImage()]

    def is_at_rest() -> bool:
        _settle(pane, qtbot)
        pictures.append(pane.grab().toImage())
        return pane.is_idle and pictures[-1] == pictures[-2]

    qtbot.waitUntil(is_at_rest)


def test_cards_stand_in_order_and_only_those_with_content(pane: DetailPane, qtbot: QtBot) -> None:
    pane.show_span(
        make_detail(
            error="boom", input={"a": 1}, output="done", expected=[1], scores={"exact": 0.5}, metadata={"m": 1},
            metrics={"start": 1.0}, context={"caller_lineno": 1},
        )
    )  # fmt: skip
    _settle(pane, qtbot)
    assert _titles(pane) == [
        "Error", "Input", "Output", "Expected", "Scores", "Metadata", "Metrics", "Context", "Raw",
    ]  # fmt: skip
    pane.show_span(make_detail(id="row-2", input={}, output=None, metadata={}))
    _settle(pane, qtbot)
    assert _titles(pane) == ["Raw"]


def test_the_header_names_the_span(pane: DetailPane, qtbot: QtBot) -> None:
    pane.show_span(make_detail(name="payments.refund", model="gpt-5", tokens=3310, cost=0.01, tags=("prod",)))
    _settle(pane, qtbot)
    shown = [label.text() for label in pane._header.findChildren(QLabel) if not label.isHidden()]
    assert "payments.refund" in shown
    assert "Tool" in shown
    assert "prod" in shown
    assert any("1.38 s · 3.3k tokens · $0.0100 · gpt-5" in text for text in shown)


def test_many_tags_leave_room_for_the_span_and_say_how_many_there_are(pane: DetailPane, qtbot: QtBot) -> None:
    long_ones = tuple(f"tag-{number:03} {'x' * 70}" for number in range(300))
    for tags, more in ((long_ones, "+298 more"), (tuple(f"t{number}" for number in range(300)), "+283 more")):
        pane.show_span(make_detail(id=more, tags=tags))
        _settle(pane, qtbot)
        label = next(label for label in pane._header.findChildren(QLabel) if label.text() == more)
        assert label.toolTip().startswith(tags[300 - int(more[1:4])][:50])
        assert "\n…" in label.toolTip()
        assert pane._header.height() < 300
    pane.show_span(make_detail(id="few", tags=("a", "b")))
    _settle(pane, qtbot)
    assert not [label for label in pane._header.findChildren(QLabel) if "more" in label.text()]


def test_a_long_name_takes_the_room_of_the_type(pane: DetailPane) -> None:
    pane.show_span(make_detail(name="short", type="function"))
    assert not pane._header._type.isHidden()
    pane.show_span(make_detail(id="row-2", name="POST /v2/refunds/", type="function"))
    assert pane._header._type.isHidden()
    pane.resize(700, 900)
    assert not pane._header._type.isHidden()


def test_the_steps_stay_in_place_whatever_the_span_is_called(pane: DetailPane) -> None:
    places: list[list[int]] = []
    for number, name in enumerate(("a", "a.name.that.is.far.too.long.for.the.pane.it.stands.in")):
        pane.show_span(make_detail(id=f"row-{number}", name=name, type="function"))
        QApplication.processEvents()
        buttons = pane._header._buttons
        places.append([button.x() for button in buttons if button.isVisible()])
    assert places[0] == places[1]
    assert len(places[0]) == 4
    pane.resize(240, 900)
    QApplication.processEvents()
    assert [button.isVisible() for button in buttons] == [False, False, True, True]


@pytest.mark.parametrize(("is_interrupted", "state"), [(False, "Running"), (True, "Process died")])
def test_an_open_span_says_so(pane: DetailPane, is_interrupted: bool, state: str) -> None:
    pane.show_span(make_detail(end_us=None, is_interrupted=is_interrupted))
    assert pane._header._state.text() == state
    assert not pane._header._state.isHidden()


def test_context_and_raw_are_folded_until_they_are_opened(pane: DetailPane, qtbot: QtBot) -> None:
    pane.show_span(make_detail(input="x", context={"caller_lineno": 7}))
    raw, context = pane._fields["Raw"], pane._fields["Context"]
    assert raw.is_folded
    assert context.is_folded
    assert _texts(raw) == _texts(context) == []
    qtbot.mouseClick(raw._title, Qt.MouseButton.LeftButton)
    assert any('"span_id": "731715ec2e9f7f70"' in text for text in _texts(raw))
    pane.show_span(make_detail(id="row-2", input="y"))
    _settle(pane, qtbot)
    assert not raw.is_folded, "folding persists over spans"
    assert any('"input": "y"' in text for text in _texts(raw))


def test_the_view_state_can_be_kept(pane: DetailPane, qtbot: QtBot) -> None:
    pane.show_span(make_detail(input={"a": 1}))
    qtbot.mouseClick(pane._fields["Input"]._title, Qt.MouseButton.LeftButton)
    pane._fields["Input"]._on_format_chosen(ValueFormat.RAW)
    kept = json.loads(json.dumps(pane.view_state.to_plain()))
    state = DetailViewState.from_plain(kept)
    assert state == pane.view_state
    assert state.is_folded("Input")
    assert state.format_of("Input", "tool") is ValueFormat.RAW
    assert state.format_of("Input", "llm") is ValueFormat.PRETTY
    assert DetailViewState.from_plain({"formats": {"x": "NONE"}, "folded": 3}) == DetailViewState()


def test_formats_show_the_same_value_in_their_ways(pane: DetailPane, qtbot: QtBot) -> None:
    detail = make_detail(input={"a": [1, 2]})
    detail = dataclasses.replace(detail, record=dataclasses.replace(detail.record, input='{"a":[1,2]}'))
    pane.show_span(detail)
    _settle(pane, qtbot)
    card = pane._fields["Input"]
    assert _texts(card) == ['{\n  "a": [1, 2]\n}']
    card._on_format_chosen(ValueFormat.RAW)
    _settle(pane, qtbot)
    assert _texts(card) == ['{"a":[1,2]}']
    card._on_format_chosen(ValueFormat.TREE)
    _settle(pane, qtbot)
    assert len(card.findChildren(JsonTreeView)) == 1


def test_copy_takes_a_text_as_it_is_and_the_rest_as_json(pane: DetailPane) -> None:
    pane.show_span(make_detail(input="a\n<b>", output={"a": 1}))
    pane._fields["Input"]._on_copy()
    assert QGuiApplication.clipboard().text() == "a\n<b>"
    pane._fields["Output"]._on_copy()
    assert json.loads(QGuiApplication.clipboard().text()) == {"a": 1}


def test_the_same_span_again_keeps_widgets_place_and_unfolded_parts(pane: DetailPane, qtbot: QtBot) -> None:
    items = [{"n": number, "deep": {"x": [1, 2, 3]}} for number in range(300)]
    pane.show_span(make_detail(input=items, output="o\n" * 200, end_us=None))
    _settle(pane, qtbot)
    tree = pane._fields["Input"].findChild(JsonTreeView)
    assert isinstance(tree, JsonTreeView)
    tree.unfold_paths([(2, "deep")])
    pane._scroll.verticalScrollBar().setValue(120)
    pane.show_span(make_detail(input=items, output="o\n" * 200, end_us=None, metadata={"new": 1}))
    _settle(pane, qtbot)
    assert pane._fields["Input"].findChild(JsonTreeView) is tree
    assert pane._scroll.verticalScrollBar().value() == 120
    pane.show_span(make_detail(input=[*items, 1], output="o\n" * 200))
    _settle(pane, qtbot)
    other = pane._fields["Input"].findChild(JsonTreeView)
    assert other is not tree
    assert isinstance(other, JsonTreeView)
    assert other.list_unfolded_paths() == [(2,), (2, "deep")]
    assert pane._scroll.verticalScrollBar().value() == 120


def test_what_is_read_stays_in_place_when_the_span_ends_with_an_error(pane: DetailPane, qtbot: QtBot) -> None:
    """The error comes above it; who has not scrolled sees the error."""
    bar, output = pane._scroll.verticalScrollBar(), pane._fields["Output"]
    failed = make_detail(input="i\n" * 200, output="o\n" * 200, error="ValueError: no")
    for top in (120, 0):
        pane.show_span(make_detail(input="i\n" * 200, output="o\n" * 200, end_us=None))
        _settle(pane, qtbot)
        qtbot.waitUntil(lambda: bar.maximum() > 120)
        bar.setValue(top)
        seen_at, card_at = output.y() - top, output.y()
        pane.show_span(failed)
        qtbot.waitUntil(lambda before=card_at: output.y() > before)
        _settle(pane, qtbot)
        assert (output.y() - bar.value() == seen_at) is (top > 0)
        assert (bar.value() == 0) is (top == 0)


def test_another_span_begins_at_the_top(pane: DetailPane, qtbot: QtBot) -> None:
    pane.show_span(make_detail(input="i\n" * 200, output="o\n" * 200))
    _settle(pane, qtbot)
    pane._scroll.verticalScrollBar().setValue(100)
    pane.show_span(make_detail(id="row-2", input="i\n" * 200, output="o\n" * 200))
    _settle(pane, qtbot)
    assert pane._scroll.verticalScrollBar().value() == 0


def test_large_values_are_read_beside_the_window(pane: DetailPane, qtbot: QtBot) -> None:
    pane.show_span(make_detail(output=["x" * 40] * 40_000))
    assert not pane.is_idle
    _settle(pane, qtbot)
    tree = pane._fields["Output"].findChild(JsonTreeView)
    assert isinstance(tree, JsonTreeView)
    assert tree._json_model().rowCount() == 40


def test_of_a_large_error_the_beginning_is_shown(pane: DetailPane) -> None:
    pane.show_span(make_detail(error="ValueError: 7\n" + "x" * 2 * AT_ONCE_CHARS))
    assert pane._error.isVisible()
    assert pane._error._note.text() == "The beginning of 2.0 MB"
    pane.show_span(make_detail(error="ValueError: 7"))
    assert pane._error._note.text() == ""


def test_more_scores_than_bars_are_shown_as_a_value(pane: DetailPane, qtbot: QtBot) -> None:
    pane.show_span(make_detail(scores={f"score {number}": 0.5 for number in range(100)}))
    assert (pane._scores.isVisible(), pane._odd_scores.isVisible()) == (True, False)
    pane.show_span(make_detail(scores={f"score {number}": 0.5 for number in range(101)}))
    qtbot.waitUntil(lambda: pane.is_idle)
    assert (pane._scores.isVisible(), pane._odd_scores.isVisible()) == (False, True)


def test_a_large_value_of_a_span_that_was_left_is_dropped(pane: DetailPane, qtbot: QtBot) -> None:
    pane.show_span(make_detail(output=["x" * 40] * 40_000))
    pane.show_span(make_detail(id="row-2", output="short"))
    _settle(pane, qtbot)
    assert _texts(pane._fields["Output"]) == ["short"]


def test_a_text_that_is_no_json_is_shown_as_it_is(pane: DetailPane, qtbot: QtBot) -> None:
    detail = make_detail()
    pane.show_span(dataclasses.replace(detail, record=dataclasses.replace(detail.record, input="{broken")))
    _settle(pane, qtbot)
    assert _texts(pane._fields["Input"]) == ["{broken"]


def test_chats_fold_what_came_long_before(pane: DetailPane, qtbot: QtBot) -> None:
    messages = [{"role": "system", "content": "Rules. " * 100}]
    messages += [{"role": "user", "content": f"question {number}"} for number in range(8)]
    pane.show_span(make_detail(type="llm", input=messages))
    _settle_chat(pane, qtbot)
    chat = pane._fields["Input"].findChild(ChatView)
    assert isinstance(chat, ChatView)
    assert chat.unfolded() == {5, 6, 7, 8}
    assert _texts(chat) == ["question 4", "question 5", "question 6", "question 7"]
    assert chat.column._earlier.text() == "5 earlier messages"
    qtbot.mouseClick(chat.column._earlier, Qt.MouseButton.LeftButton)
    _settle_chat(pane, qtbot)
    assert chat.unfolded() == {1, 2, 3, 4, 5, 6, 7, 8}  # long instructions stay in their line
    first = chat.column.block_at(0)
    assert isinstance(first, MessageBlock)
    qtbot.mouseClick(first._title, Qt.MouseButton.LeftButton)
    assert _texts(first) == ["Rules. " * 100]
    pane.show_span(make_detail(type="llm", input=messages, output="live"))
    assert 0 in chat.unfolded()


def test_a_chat_that_grows_keeps_its_widgets(pane: DetailPane, qtbot: QtBot) -> None:
    messages = [{"role": "user", "content": f"question {number}"} for number in range(4)]
    pane.show_span(make_detail(type="llm", input=messages))
    _settle_chat(pane, qtbot)
    chat = pane._fields["Input"].findChild(ChatView)
    assert isinstance(chat, ChatView)
    kept = chat.column.block_at(3)
    assert kept is not None
    pane.show_span(make_detail(type="llm", input=[*messages, {"role": "assistant", "content": "answer"}]))
    _settle_chat(pane, qtbot)
    assert pane._fields["Input"].findChild(ChatView) is chat
    assert chat.column.block_at(3) is kept
    assert _texts(chat)[-1] == "answer"


def test_what_metadata_and_metrics_say_of_a_call_stands_with_its_chat(pane: DetailPane, qtbot: QtBot) -> None:
    tools = [{"type": "function", "function": {"name": name}} for name in ("look", "send")]
    pane.show_span(
        make_detail(
            type="llm", input=[{"role": "user", "content": "Hi"}], output=[{"role": "assistant", "content": "Ho"}],
            metadata={"model": "gpt-5", "temperature": 0.2, "tools": tools, "user": "u"},
            metrics={"prompt_tokens": 1204, "completion_tokens": 31},
        )
    )  # fmt: skip
    _settle_chat(pane, qtbot)
    asked, answered = (pane._fields[title].findChild(FactsBar) for title in ("Input", "Output"))
    assert isinstance(asked, FactsBar)
    assert isinstance(answered, FactsBar)
    assert [label.text() for label in asked.findChildren(QLabel)] == ["gpt-5", "temperature 0.2"]
    assert [label.text() for label in answered.findChildren(QLabel)] == ["1,204 in · 31 out tokens"]
    (counted,) = asked.findChildren(Chip)
    assert counted.text() == "2 tools"
    counted.click()
    assert '"look"' in "".join(_texts(asked))


def test_a_thousand_messages_cost_no_more_than_those_in_sight(pane: DetailPane, qtbot: QtBot) -> None:
    messages = [{"role": "user", "content": f"question {number} " * 20} for number in range(1000)]
    pane.show_span(make_detail(type="llm", input=messages))
    _settle_chat(pane, qtbot)
    chat = pane._fields["Input"].findChild(ChatView)
    assert isinstance(chat, ChatView)
    chat.column.set_all_unfolded(is_unfolded=True)
    _settle_chat(pane, qtbot)
    assert len(chat.findChildren(MessageBlock)) < 40
    bar = pane._scroll.verticalScrollBar()
    bar.setValue(bar.maximum())
    _settle_chat(pane, qtbot)
    assert chat.column.block_at(999) is not None
    assert chat.column.block_at(500) is None


def test_messages_that_were_scrolled_past_are_let_go_but_none_that_is_near(pane: DetailPane, qtbot: QtBot) -> None:
    messages = [{"role": "user", "content": f"question {number}"} for number in range(300)]
    pane.resize(380, 1500)  # more messages are near, each in a line, than are kept of the others
    pane.show_span(make_detail(type="llm", input=messages))
    _settle_chat(pane, qtbot)
    chat = pane._fields["Input"].findChild(ChatView)
    assert isinstance(chat, ChatView)
    chat.column.set_all_unfolded(is_unfolded=False)
    bar = pane._scroll.verticalScrollBar()
    for value in range(0, 6000, 600):
        bar.setValue(value)
        _settle_chat(pane, qtbot)
    sight = chat.column.visibleRegion().boundingRect()
    near = {*chat.column._numbers_in(sight.adjusted(0, -_AHEAD_PX, 0, _AHEAD_PX))}
    made = {number for number in range(300) if chat.column.block_at(number) is not None}
    assert len(near) > _MOST_BLOCKS // 2
    assert near <= made
    assert len(made) <= len(near) + _MOST_BLOCKS


def test_scrolling_up_through_messages_keeps_what_is_in_sight_in_place(pane: DetailPane, qtbot: QtBot) -> None:
    messages = [{"role": "user", "content": "il" * 600} for _ in range(60)]
    pane.show_span(make_detail(type="llm", input=messages))
    _settle_chat(pane, qtbot)
    chat = pane._fields["Input"].findChild(ChatView)
    assert isinstance(chat, ChatView)
    chat.column.set_all_unfolded(is_unfolded=True)
    _settle_chat(pane, qtbot)
    bar = pane._scroll.verticalScrollBar()
    bar.setValue(bar.maximum())
    _settle_chat(pane, qtbot)
    for _ in range(10):
        assert bar.value() > 1000
        bar.setValue(bar.value() - 150)
        top = chat.column.visibleRegion().boundingRect().center().y()
        number = chat.column._numbers_in(QRect(0, top, 1, 20))[0]
        block = chat.column.reveal(number)
        stood = block.mapTo(pane, QPoint(0, block.height())).y()
        _settle_chat(pane, qtbot)
        assert abs(block.mapTo(pane, QPoint(0, block.height())).y() - stood) <= 1


def test_attachments_stand_where_they_were_logged_and_in_their_card(
    pane: DetailPane, qtbot: QtBot, picture: Path, tmp_path: Path
) -> None:
    notes = tmp_path / "notes.pdf"
    notes.write_bytes(b"%PDF-1.7")
    image, image_record = stored_file("k1", picture, "image/png")
    file, file_record = stored_file("k2", notes, "application/pdf")
    pane.show_span(
        make_detail(
            input={"receipt": image, "notes": file},
            attachments={"k1": image_record, "k2": file_record},
            blobs={"k1": picture, "k2": notes},
        )
    )
    _settle(pane, qtbot)
    for place in (pane._fields["Input"], pane._attachments):
        thumb, page = place.findChildren(ImageThumb)
        assert page.accessibleName() == "PDF notes.pdf, The document is damaged"
        assert thumb.accessibleName() == "Image receipt.png, 400 by 200 pixels"
    assert "400 × 200 · " in " ".join(label.text() for label in pane._attachments.findChildren(QLabel))


def test_an_attachment_that_arrives_takes_the_place_of_its_sentence(
    pane: DetailPane, qtbot: QtBot, picture: Path
) -> None:
    image, record = stored_file("k1", picture, "image/png")
    waiting = AttachmentRecord("k1", None, None, "uploading", None, None, None)
    pane.show_span(make_detail(input={"receipt": image}, attachments={"k1": waiting}))
    _settle(pane, qtbot)
    assert "Still being written" in pane._fields["Input"].findChildren(FileTile)[0].accessibleName()
    pane.show_span(make_detail(input={"receipt": image}, attachments={"k1": record}, blobs={"k1": picture}))
    _settle(pane, qtbot)
    assert pane._fields["Input"].findChildren(FileTile) == []
    assert len(pane._fields["Input"].findChildren(ImageThumb)) == 1


def test_comments_are_shown(pane: DetailPane) -> None:
    detail = dataclasses.replace(
        make_detail(), comments=(CommentRecord("c", "row-1", 1_795_442_531_000_000, "Wrong amount", "app", "{}"),)
    )
    pane.show_span(detail)
    assert _texts(pane._comments) == ["Wrong amount"]


def test_buttons_ask_for_what_others_do(pane: DetailPane, qtbot: QtBot) -> None:
    detail = make_detail()
    pane.show_span(detail)
    previous, following, link, _ = pane._header._buttons
    with qtbot.waitSignal(pane.step_requested, check_params_cb=lambda step: step == -1):
        previous.click()
    with qtbot.waitSignal(pane.step_requested, check_params_cb=lambda step: step == 1):
        following.click()
    with qtbot.waitSignal(pane.copy_link_requested, check_params_cb=lambda ref: ref == detail.ref):
        link.click()


def test_loading_is_said_only_when_it_lasts(pane: DetailPane, qtbot: QtBot) -> None:
    pane.show_span(make_detail(input="x"))
    pane.show_loading("next one")
    assert pane._scroll.isVisible()
    pane.show_span(make_detail(input="y"))
    assert not pane._loading.isActive()
    pane.show_loading("next one")
    qtbot.waitUntil(lambda: not pane._scroll.isVisible())
    assert pane._notice.text() == "Loading the span…"
    assert pane._header.isVisible()
    assert pane.shown_detail is None, "what belongs to another span can be neither copied nor annotated"


def test_states_without_a_span(pane: DetailPane) -> None:
    pane.show_loading("next one")
    pane.show_fault("The store is in use.")
    assert pane._notice.text() == "The store is in use."
    pane.show_nothing()
    assert not pane._header.isVisible()
    pane.show_span(make_detail(input="x"))
    assert pane._scroll.isVisible()
    assert not pane._notice.isVisible()


HOSTILE = '<img src="/dev/zero"><b>bold</b>\u202e\x1b[31m\ud800'


def test_nothing_hostile_is_rich_text(pane: DetailPane, qtbot: QtBot) -> None:
    pane.show_span(
        make_detail(
            name=HOSTILE, type=HOSTILE, tags=(HOSTILE,), input={HOSTILE: HOSTILE}, output=HOSTILE, error=HOSTILE,
            metadata=[{"role": "user", "name": HOSTILE, "content": HOSTILE}], scores={HOSTILE: 0.5},
            expected={"type": "external_attachment", "url": f"http://{HOSTILE}", "filename": HOSTILE},
        )
    )  # fmt: skip
    _settle(pane, qtbot)
    for label in pane.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText, label.text()
    for widget in pane.findChildren(QWidget):
        assert "<img" not in widget.toolTip()
    assert not pane.grab().isNull()


def test_both_themes_draw_it_anew(pane: DetailPane, qtbot: QtBot, appearance: Appearance, picture: Path) -> None:
    image, record = stored_file("k1", picture, "image/png")
    pane.show_span(
        make_detail(input={"image": image}, output={"a": 1}, attachments={"k1": record}, blobs={"k1": picture})
    )
    _settle(pane, qtbot)
    dark = pane.grab().toImage()
    appearance.set_mode(ThemeMode.LIGHT)
    qtbot.waitUntil(lambda: appearance.is_settled)
    _settle(pane, qtbot)
    light = pane.grab().toImage()
    assert dark.pixelColor(5, 400).lightness() < 60
    assert light.pixelColor(5, 400).lightness() > 200


def test_a_running_answer_is_shown_as_far_as_it_has_come(pane: DetailPane) -> None:
    answer = [{"index": 0, "message": {"role": "assistant", "content": "Twel"}}]
    pane.show_span(make_detail(type="llm", metadata={"model": "gpt-5", "partial_output": answer}))
    assert _shown_fields(pane) == {"Output so far", "Metadata", "Raw"}
    pane.show_span(make_detail(type="llm", metadata={"model": "gpt-5"}, output=answer))
    assert _shown_fields(pane) == {"Output", "Metadata", "Raw"}


def _shown_fields(pane: DetailPane) -> set[str]:
    return {card.title for card in pane.findChildren(FieldCard) if card.isVisible()}


def _choose(pane: DetailPane, title: str, shown: ValueFormat) -> None:
    card = pane._fields[title]
    action = next(action for action in card._formats._group.actions() if action.data() == shown.name)
    assert action.isEnabled()
    action.trigger()


def test_formats_that_do_not_fit_are_greyed_and_fall_back(pane: DetailPane, qtbot: QtBot) -> None:
    pane.view_state.formats["Output", "tool"] = ValueFormat.TABLE
    pane.show_span(make_detail(output={"a": 1}))
    _settle(pane, qtbot)
    card = pane._fields["Output"]
    assert card._formats.text() == "Pretty"
    enabled = [action.data() for action in card._formats._group.actions() if action.isEnabled()]
    assert enabled == ["PRETTY", "TREE", "TEXT", "RAW"]
    pane.show_span(make_detail(id="row-2", output=[{"a": 2}, {"a": 1}], expected="x"))
    _settle(pane, qtbot)
    assert card._formats.text() == "Table"
    (table,) = card.findChildren(RecordsView)
    table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    assert [table.model().index(row, 0).data() for row in range(2)] == ["1", "2"]


def test_output_and_expected_show_how_they_differ_by_words(pane: DetailPane) -> None:
    pane.show_span(make_detail(output="42.90 USD sent\nsame", expected="42.90 EUR sent\nsame"))
    for title in ("Output", "Expected"):
        _choose(pane, title, ValueFormat.DIFF)
        (diff,) = pane._fields[title].findChildren(DiffView)
        (view,) = diff.findChildren(TextView)
        assert view.toPlainText() == "- 42.90 EUR sent\n+ 42.90 USD sent\n  same"
        ranges = view.document().firstBlock().layout().formats()
        assert any((found.start, found.length) == (8, 3) for found in ranges)
        _choose(pane, title, ValueFormat.PRETTY)


def test_raw_is_one_key_away_and_back(pane: DetailPane, qtbot: QtBot) -> None:
    pane.show_span(make_detail(type="llm", input=[{"role": "user", "content": "Hi"}], output="Ho"))
    card = pane._fields["Input"]
    _settle(pane, qtbot)
    assert card._formats.text() == "Chat"
    pane.toggle_raw()
    _settle(pane, qtbot)
    assert _texts(card)[-1] == '[{"role": "user", "content": "Hi"}]'
    pane.toggle_raw()
    _settle_chat(pane, qtbot)
    assert card.findChildren(ChatView)
    assert pane.view_state.formats == {}


def test_markdown_is_for_those_who_ask(pane: DetailPane, qtbot: QtBot) -> None:
    text = "**bold** <b>x</b>"
    pane.show_span(make_detail(type="llm", output=[{"role": "assistant", "content": text}]))
    _settle_chat(pane, qtbot)
    card = pane._fields["Output"]
    assert _texts(card) == [text]
    chat = card.findChild(ChatView)
    assert isinstance(chat, ChatView)
    block = chat.column.block_at(0)
    assert block is not None
    assert block._markdown is not None
    block._markdown.click()
    (view,) = block.findChildren(MarkdownView)
    assert view.view.toPlainText() == "bold <b>x</b>"
    _choose(pane, "Output", ValueFormat.MARKDOWN)
    _settle_chat(pane, qtbot)
    assert [view.view.toPlainText() for view in card.findChildren(MarkdownView)] == ["bold <b>x</b>"]


def test_a_chat_has_room_for_all_of_itself_when_the_width_changes(pane: DetailPane, qtbot: QtBot) -> None:
    messages = [{"role": "user", "content": "some words " * 60} for _ in range(3)]
    pane.show_span(make_detail(type="llm", input=messages, metadata={"model": "m"}))
    for width in (380, 700, 340):
        pane.resize(width, 900)
        _settle_chat(pane, qtbot)
        chat = pane._fields["Input"].findChild(ChatView)
        assert isinstance(chat, ChatView)
        assert chat.column.geometry().bottom() <= chat.rect().bottom()
        blocks = chat.findChildren(MessageBlock)
        assert max(block.geometry().bottom() for block in blocks) <= chat.column.rect().bottom()


@pytest.mark.parametrize("width", [250, 380])
def test_a_moment_stands_on_one_line_in_a_narrow_pane_too(pane: DetailPane, qtbot: QtBot, width: int) -> None:
    pane.resize(width, 600)
    pane.show_span(make_detail(metrics={"start": 1_795_442_531.25, "time_to_first_token": 0.5}))
    _settle(pane, qtbot)
    heights = {view.height() for view in pane.findChildren(TextView) if view.accessibleName() != "Raw"}
    assert len(heights) == 1
