from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QColor

from spanglass_viewer.widgets.text_view import PAGE_CHARS, TextView

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from spanglass_viewer.theme.appearance import Appearance


def _copied(view: TextView) -> str:
    view.selectAll()
    return view.createMimeDataFromSelection().text()


def test_long_lines_are_broken_for_the_screen_alone(qtbot: QtBot) -> None:
    text = "short\n" + "x" * 2500 + "\n\nend"
    view = TextView(text)
    qtbot.addWidget(view)
    assert view.document().blockCount() == 6
    assert _copied(view) == text


def test_a_long_line_is_broken_between_words(qtbot: QtBot) -> None:
    text = "\n".join((" ".join(f"word{number}" for number in range(900)), "x" * 2500, "short"))
    view = TextView(text)
    qtbot.addWidget(view)
    lines = view.toPlainText().split("\n")
    assert {word for line in lines for word in line.split()} == {*text.split(), "x" * 1000, "x" * 500} - {"x" * 2500}
    assert max(map(len, lines)) == 1000
    view.selectAll()
    assert view.createMimeDataFromSelection().text() == text
    place = text.index("word700")
    view.reveal(place, len("word700"))
    assert view.textCursor().selectedText() == "word700"


def test_a_part_of_a_broken_line_is_copied_whole(qtbot: QtBot) -> None:
    view = TextView("a" * 1000 + "b" * 1000)
    qtbot.addWidget(view)
    cursor = view.textCursor()
    cursor.setPosition(998)
    cursor.setPosition(1003, cursor.MoveMode.KeepAnchor)
    view.setTextCursor(cursor)
    assert view.createMimeDataFromSelection().text() == "aabb"


def test_large_texts_come_in_pages(qtbot: QtBot) -> None:
    view = TextView("0123456789\n" * 50_000)
    qtbot.addWidget(view)
    assert view.hidden_chars == 550_000 - PAGE_CHARS
    with qtbot.waitSignal(view.more_changed):
        view.load_more()
    view.load_more()
    assert view.hidden_chars == 0
    assert _copied(view) == view.whole_text


def test_a_text_that_grew_keeps_the_selection(qtbot: QtBot) -> None:
    view = TextView("one")
    qtbot.addWidget(view)
    view.selectAll()
    view.set_text("one two")
    assert view.toPlainText() == "one two"
    assert view.textCursor().selectedText() == "one"


def test_it_is_as_tall_as_its_lines_up_to_a_limit(qtbot: QtBot, appearance: Appearance) -> None:  # noqa: ARG001 - the fonts
    view = TextView("one", max_height_px=100)
    qtbot.addWidget(view)
    view.resize(300, 10)
    view.show()
    one = view.height()
    view.set_text("one\ntwo")
    assert one < view.height() < 3 * one
    view.set_text("line\n" * 50)
    assert view.height() == 100


@settings(max_examples=60)
@given(text=st.text() | st.text(alphabet="\x00\x1b\r\n\u2028\u2029\u202e\ufdd0\ufffc\ud800a"))
def test_no_text_is_markup_or_lost(qtbot: QtBot, text: str) -> None:
    view = TextView(text)
    qtbot.addWidget(view)
    shown = view.toPlainText()
    plain = text.replace("\r\n", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    assert len(shown) == len(plain)
    # Qt gives its own no-break space back as a space
    assert all(b in {a, "\ufffd"} or a == "\u00a0" for a, b in zip(plain, shown, strict=True))
    assert not set(shown) & set("\x00\x1b\u202e")


def test_marks_follow_the_text_and_go_with_the_needle(qtbot: QtBot) -> None:
    view = TextView("One refund\nand REFUNDED")
    qtbot.addWidget(view)
    assert view.mark("refund", QColor("orange")) is not None
    assert len(view.extraSelections()) == 2
    view.set_text("One refund\nand REFUNDED, refund")
    view.mark("refund", QColor("orange"))
    assert len(view.extraSelections()) == 3
    view.set_text("nothing of it")
    assert view.mark("refund", QColor("orange")) is None
    view.set_text("refund")
    assert view.mark("", QColor("orange")) is None
    assert view.extraSelections() == []
