from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from spanglass_viewer.panes.detail.breadcrumb import Breadcrumb
from spanglass_viewer.trace.references import PathStep, SpanRef

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from spanglass_viewer.theme.appearance import Appearance

# the offscreen platform says so of every window that is shown
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)


@pytest.fixture
def path(qtbot: QtBot, appearance: Appearance) -> Breadcrumb:
    """The way down to a span five levels deep."""
    made = Breadcrumb(appearance)
    qtbot.addWidget(made)
    made.resize(600, made.sizeHint().height())
    made.show()
    made.activateWindow()
    names = ("agent.run", "planner", "<b>search</b>", "fetch.page", "parse.html")
    made.show_steps(tuple(PathStep(SpanRef("root", f"id-{name}", 0), name) for name in names))
    return made


def shown(path: Breadcrumb) -> list[str]:
    return [text for _, text, _ in path._placed]


def test_a_click_goes_to_a_span_above(path: Breadcrumb, qtbot: QtBot) -> None:
    place = path._placed[1][2]
    with qtbot.waitSignal(path.span_wanted) as wanted:
        QTest.mouseClick(path, Qt.MouseButton.LeftButton, pos=place.center())
    assert wanted.args == ["id-planner"]
    with qtbot.assertNotEmitted(path.span_wanted):
        QTest.mouseClick(path, Qt.MouseButton.LeftButton, pos=QPoint(place.right() + 3, place.center().y()))


def test_the_arrows_choose_and_enter_goes_there(path: Breadcrumb, qtbot: QtBot) -> None:
    path.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(path.hasFocus)
    for keys, goes_to in (((), "id-parse.html"), (("Left", "Left"), "id-<b>search</b>"), (("Right",), "id-fetch.page")):
        for key in keys:
            qtbot.keyClick(path, getattr(Qt.Key, f"Key_{key}"))
        with qtbot.waitSignal(path.span_wanted) as wanted:
            qtbot.keyClick(path, Qt.Key.Key_Return)
        assert wanted.args == [goes_to]


def test_the_keyboard_goes_on_up_a_path_that_has_become_shorter(path: Breadcrumb, qtbot: QtBot) -> None:
    path.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(path.hasFocus)
    path.show_steps(path._steps[:-1])
    with qtbot.waitSignal(path.span_wanted) as wanted:
        qtbot.keyClick(path, Qt.Key.Key_Return)
    assert wanted.args == ["id-fetch.page"]


def test_tab_passes_over_a_root(path: Breadcrumb) -> None:
    path.show_steps(())
    assert path.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_the_root_and_the_nearest_stay_where_room_is_short(path: Breadcrumb, qtbot: QtBot) -> None:
    assert shown(path) == ["agent.run", "planner", "<b>search</b>", "fetch.page", "parse.html"]
    path.resize(240, path.height())
    assert shown(path) == ["agent.run", "…", "fetch.page", "parse.html"]
    with qtbot.waitSignal(path.span_wanted) as wanted:
        QTest.mouseClick(path, Qt.MouseButton.LeftButton, pos=path._placed[1][2].center())
    assert wanted.args == ["id-<b>search</b>"]  # the lowest of those left out
    path.resize(100, path.height())
    assert shown(path)[:2] == ["agent.run", "…"]
    assert path._placed[-1][2].right() <= 110


def test_names_are_shown_as_they_are(path: Breadcrumb) -> None:
    assert path.toolTip() == "agent.run › planner › &lt;b&gt;search&lt;/b&gt; › fetch.page › parse.html"
    assert path.accessibleName().startswith("Below agent.run")
