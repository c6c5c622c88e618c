from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from made_traces import EPOCH_US, MadeSpan, make_skeleton
from PySide6.QtWidgets import QApplication

from spanglass_viewer.panes.trace_header import TraceHeader
from spanglass_viewer.trace.snapshot import build_snapshot
from spanglass_viewer.widgets.state_dot import StateDot, TraceState

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from spanglass_viewer.theme.appearance import Appearance

NOW_US = EPOCH_US + 20_000_000
CALL = MadeSpan(
    "call", ("root",), 1, 2, "chat", "llm", "gpt-5", tokens=1200, prompt_tokens=900, completion_tokens=300,
    cached_tokens=400,
)  # fmt: skip


@pytest.fixture
def header(qtbot: QtBot, appearance: Appearance) -> TraceHeader:
    made = TraceHeader(appearance)
    qtbot.addWidget(made)
    made.resize(900, 90)
    made.show()
    return made


def show(header: TraceHeader, *spans: MadeSpan, cost: float | None = None) -> None:
    """Show a trace whose last span is estimated to cost this much."""
    skeleton = make_skeleton([MadeSpan("root", (), 0, 9, "agent.run", "task"), *spans])
    estimates = np.full(len(skeleton), np.nan)
    if cost is not None:
        estimates[-1] = cost
    header.show_snapshot(build_snapshot(skeleton, 1, NOW_US, estimates))
    QApplication.processEvents()


@pytest.mark.parametrize(
    ("span", "state"),
    [
        (MadeSpan("a", ("root",), 1, 2), TraceState.ENDED),
        (MadeSpan("a", ("root",), 1, None), TraceState.RUNNING),
        (MadeSpan("a", ("root",), 1, None, is_interrupted=True), TraceState.INTERRUPTED),
        (MadeSpan("a", ("root",), 1, 2, error="ValueError: no"), TraceState.FAILED),
    ],
)
def test_the_state_stands_before_the_name(header: TraceHeader, span: MadeSpan, state: TraceState) -> None:
    show(header, span)
    assert header.findChild(StateDot).accessibleName() == state.value


def test_it_says_when_the_trace_began(header: TraceHeader) -> None:
    show(header)
    assert header._started.text().startswith("2026-11-23 ")
    assert header._started.toolTip().startswith("Started 2026-11-23 ")


def test_it_says_how_long_the_root_took_and_how_long_it_is_from_end_to_end(header: TraceHeader) -> None:
    show(header)
    header.show_duration(9.0, 9.0)
    assert header._duration.text() == "9.00 s"
    assert header._duration.toolTip() == header._started.toolTip()
    header.show_duration(9.0, 125.0)
    assert header._duration.text() == "9.00 s · 2 m 05 s in all"
    assert header._duration.toolTip().startswith(
        "The root span took 9.00 s; from the first start to the last end it is"
    )
    QApplication.processEvents()
    assert header._duration.width() >= header._duration.sizeHint().width()
    header.show_duration(-1.0, 3.0)
    assert header._duration.text() == "−1.00 s", "a root that ends before it begins, as the list has it"


def test_tokens_are_told_apart_as_far_as_there_is_room(header: TraceHeader) -> None:
    seen: list[str] = []
    for width in (900, 600, 420):
        header.resize(width, 90)
        show(header, CALL, cost=0.01)
        seen.append(header._tokens.text())
    assert seen == ["1.2k tokens · 900 in · 300 out · 400 cached", "1.2k tokens · 900 in · 300 out", "1.2k tokens"]


def test_what_matters_less_goes_first(header: TraceHeader) -> None:
    show(header, CALL, MadeSpan("f", ("root",), 3, 4, error="ValueError: no"), cost=0.01)
    figures = (header._duration, header._errors, header._tokens, header._spans, header._cost, header._started)
    for width in range(900, 100, -20):
        header.resize(width, 90)
        QApplication.processEvents()
        shown = [figure.isVisible() for figure in figures]
        assert shown == sorted(shown, reverse=True), width
    assert not header._started.isVisible()


def test_an_unknown_cost_is_a_dash_once_the_prices_are_there(header: TraceHeader) -> None:
    show(header, CALL)
    assert not header._cost.isVisible(), "it may be known in a moment"
    header.price_list = "genai-prices 1.0"
    show(header, CALL)
    assert (header._cost.isVisible(), header._cost.text()) == (True, "cost —")
    assert header._cost.toolTip() == "No cost was logged, and genai-prices 1.0 has no price of these models"
    show(header, CALL, cost=0.5)
    assert header._cost.text() == "≈ $0.500"
    show(header)
    assert not header._cost.isVisible(), "nothing was asked of a model"
