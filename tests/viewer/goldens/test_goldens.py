from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from made_traces import EPOCH_US, make_support_skeleton
from PIL import Image, ImageDraw
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QLineEdit, QMenu, QVBoxLayout, QWidget
from span_details import START_US, make_detail, stored_file
from trace_summaries import make_summary

from spanglass_viewer.backend.images import ImageLoader
from spanglass_viewer.backend.requests import FindAnswer
from spanglass_viewer.models.selection import Selection
from spanglass_viewer.models.trace_list import TraceListModel
from spanglass_viewer.panes.command_palette import CommandPalette
from spanglass_viewer.panes.detail.detail_pane import DetailPane
from spanglass_viewer.panes.detail.view_state import ValueFormat
from spanglass_viewer.panes.empty_pane import EmptyPane
from spanglass_viewer.panes.settings_dialog import SettingsDialog, ShownSettings
from spanglass_viewer.panes.top_bar import TopBar
from spanglass_viewer.panes.trace_list_pane import TraceListPane
from spanglass_viewer.panes.trace_pane import TracePane
from spanglass_viewer.theme.appearance import Appearance, ThemeMode
from spanglass_viewer.trace.references import PathStep, SpanRef
from spanglass_viewer.trace.snapshot import build_snapshot
from spanglass_viewer.values.chat.prompt_draft import Endpoint
from spanglass_viewer.widgets.buttons import Chip

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    Check = Callable[[QWidget, str], None]

NOW_US = EPOCH_US + 20_000_000
TRACEBACK = (
    'Traceback (most recent call last):\n  File "agent.py", line 88, in refund\n    post("/refunds", body)\n'
    '  File "payments.py", line 60, in post\n    raise GatewayTimeout("POST", path)\n'
    "payments.GatewayTimeout: 504 POST /refunds did not answer within 1300 ms\n"
)

pytestmark = pytest.mark.parametrize("theme", ["dark", "light"])


@pytest.fixture
def dressed(qapp: QApplication, _fonts: None, theme: str) -> Appearance:
    """The theme of the test."""
    return Appearance(qapp, ThemeMode(theme))


def test_trace_pane(qtbot: QtBot, dressed: Appearance, theme: str, check_golden: Check) -> None:
    pane = TracePane(Selection(), dressed, clock_us=lambda: NOW_US)
    qtbot.addWidget(pane)
    pane.resize(780, 860)
    pane.show()
    pane.show_snapshot(build_snapshot(make_support_skeleton(), 1, NOW_US), opened=True)
    check_golden(pane, f"trace-pane-{theme}")
    pane.collapse_all()
    check_golden(pane, f"trace-pane-folded-{theme}")


def test_hits_in_a_trace(qtbot: QtBot, dressed: Appearance, theme: str, check_golden: Check) -> None:
    pane = TracePane(Selection(), dressed, clock_us=lambda: NOW_US)
    qtbot.addWidget(pane)
    pane.resize(780, 480)
    pane.show()
    snapshot = build_snapshot(make_support_skeleton(), 1, NOW_US)
    pane.finder.search_wanted.connect(
        lambda asked: pane.finder.show_hits(FindAnswer(asked, tuple(snapshot.skeleton.span_id.texts(range(3, 30, 7)))))
    )
    pane.show_snapshot(snapshot, opened=True)
    pane.finder.open()
    pane.finder.bar.set_text("refund")
    pane.finder.bar.findChild(Chip).click()
    pane.setFocus()  # away from the cursor, which blinks
    check_golden(pane, f"trace-pane-hits-{theme}")


def test_trace_list(
    qtbot: QtBot, dressed: Appearance, theme: str, check_golden: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_us = make_summary(0).start_us
    monkeypatch.setattr("time.time_ns", lambda: (start_us + 100_000_000) * 1000)
    monkeypatch.setattr("time.time", lambda: start_us / 1e6 + 100)
    model, selection = TraceListModel(), Selection()
    pane = TraceListPane(model, selection, dressed)
    pane.filter_box.hide()  # the window has it in its top bar
    qtbot.addWidget(pane)
    pane.resize(288, 480)
    pane.show()
    model.show_first_page(
        [
            make_summary(95, is_running=True, end_us=None, duration_secs=None),
            make_summary(60, error_count=5, own_error_count=2, tokens=18_096, cost=0.0247, duration_secs=5.01),
            make_summary(40, is_interrupted=True, end_us=None, duration_secs=None),
            make_summary(30, name="own.model.ask", cost=None),
            make_summary(20, name="a.name.that.is.much.too.long.for.the.list.of.traces", tokens=None, cost=None),
        ],
        has_more=False,
    )
    model.set_knows_prices(knows_prices=True)
    pane.show_total(12_480)
    selection.select_trace(make_summary(60).root_span_id)
    check_golden(pane, f"trace-list-{theme}")


def test_trace_list_with_a_faulty_filter(qtbot: QtBot, dressed: Appearance, theme: str, check_golden: Check) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    pane = TraceListPane(TraceListModel(), Selection(), dressed)
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(TopBar(QMenu(window), pane.filter_box, dressed))
    column.addWidget(pane, 1)
    window.resize(720, 260)
    window.show()
    pane.show_total(12_480)
    pane.filter_box.set_text("error")
    pane.filter_box.set_text("error dur>soon")
    check_golden(window, f"trace-list-faulty-filter-{theme}")


def test_detail_of_a_failed_call(
    qtbot: QtBot, dressed: Appearance, theme: str, check_golden: Check, tmp_path: Path
) -> None:
    receipt = tmp_path / "receipt.png"
    with Image.new("RGB", (640, 400), "#8a6a4a") as drawn:
        ImageDraw.Draw(drawn).rectangle((220, 40, 420, 360), fill="#faf9f4")
        drawn.save(receipt)
    reference, record = stored_file("a-key", receipt, "image/png")
    detail = make_detail(
        input={"order_id": "A-10422", "amount": 42.9, "currency": "USD", "evidence": reference},
        error=TRACEBACK,
        scores={"helpfulness": 0.6},
        metadata={"status": 504, "gateway": "eu-west-1", "retry": {"attempt": 1, "of": 3}},
        metrics={"start": START_US / 1e6, "end": START_US / 1e6 + 1.38},
        attachments={record.key: record},
        blobs={record.key: receipt},
    )
    images = ImageLoader()
    pane = DetailPane(Selection(), dressed, images)
    qtbot.addWidget(pane)
    pane.resize(380, 1240)
    pane.show()
    above = ("support_agent.run", "executor", "payments.refund")
    pane.show_path(tuple(PathStep(SpanRef("root", name, 0), name) for name in above))
    pane.show_span(detail)
    qtbot.waitUntil(lambda: pane.is_idle and images.is_idle)
    check_golden(pane, f"detail-pane-{theme}")
    pane.stop()
    images.stop()


def test_detail_of_an_error_in_a_file_that_has_changed(
    qtbot: QtBot, dressed: Appearance, theme: str, check_golden: Check, tmp_path: Path
) -> None:
    folder = tmp_path / "a-folder-with-a-name-that-is-long-enough"  # to be cut, wherever temporary files lie
    folder.mkdir()
    source = folder / "refunds.py"
    source.write_text(
        "import decimal\n\n\ndef refund(order):\n    amount = order.amount\n    if amount <= 0:\n"
        '        raise ValueError("no amount")\n    return amount\n'
    )
    error = (
        f'Traceback (most recent call last):\n  File "{source}", line 5, in refund\n'
        '    raise ValueError("no amount")\nValueError: no amount'
    )
    detail = replace(make_detail(error=error, metadata={"step": 3}), git_commit="4f1d0c2b9a8e7d6c")
    images = ImageLoader()
    pane = DetailPane(Selection(), dressed, images)
    qtbot.addWidget(pane)
    pane.resize(380, 520)
    pane.show()
    pane.show_span(detail)
    qtbot.waitUntil(lambda: pane.is_idle)
    check_golden(pane, f"detail-moved-line-{theme}")
    pane.stop()
    images.stop()


def test_detail_of_a_conversation(qtbot: QtBot, dressed: Appearance, theme: str, check_golden: Check) -> None:
    weather = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Oslo"}'}}
    history = [{"role": ("user", "assistant")[number % 2], "content": f"turn {number}"} for number in range(12)]
    answer = "**Snow**, -3 °C. Mind the `<ice>`.\n\n```python\nwarm = wear(coat=True)  # please\n```"
    detail = make_detail(
        name="chat.completions", type="llm", model="gpt-5-mini",
        input=[*history, {"role": "user", "content": "Do I need a coat in Oslo?"},
               {"role": "assistant", "reasoning_content": "The weather decides.", "tool_calls": [weather]},
               {"role": "tool", "tool_call_id": "call_1", "content": '{"sky": "snow", "celsius": -3}'}],
        output=[{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": answer}}],
        metadata={"model": "gpt-5-mini", "temperature": 0.2, "max_tokens": 512,
                  "tools": [{"type": "function", "function": {"name": "get_weather"}}]},
        metrics={"prompt_tokens": 1204, "completion_tokens": 31, "prompt_cached_tokens": 900},
    )  # fmt: skip
    images = ImageLoader()
    pane = DetailPane(Selection(), dressed, images)
    qtbot.addWidget(pane)
    pane.resize(380, 800)
    pane.view_state.formats["Output", "llm"] = ValueFormat.MARKDOWN
    pane.view_state.folded = {"Metadata": True, "Metrics": True}
    for title in ("Metadata", "Metrics"):
        pane._fields[title].set_folded(is_folded=True)
    pane.show()
    pane.show_span(detail)
    pane.setFocus()
    check_golden(pane, f"detail-chat-{theme}")
    pane.stop()
    images.stop()


def test_empty_store(qtbot: QtBot, dressed: Appearance, theme: str, check_golden: Check, tmp_path: Path) -> None:
    pane = EmptyPane(tmp_path.relative_to(tmp_path) / "traces", dressed)
    qtbot.addWidget(pane)
    pane.resize(780, 560)
    pane.show()
    check_golden(pane, f"empty-{theme}")


def make_some_actions(window: QWidget) -> list[QAction]:
    """A few that stay the same, whatever the window learns."""
    actions: list[QAction] = []
    for text, keys in (
        ("Next error", ("F8", "E")),
        ("Collapse all spans", ("[",)),
        ("Copy link to the span", ("Ctrl+L",)),
        ("Copy span id", ()),
        ("Copy span as JSON", ("Ctrl+Shift+J",)),
    ):
        action = QAction(text, window)
        action.setObjectName(text)
        action.setShortcuts([QKeySequence(key) for key in keys])
        actions.append(action)
    return actions


@pytest.mark.usefixtures("dressed")
def test_command_palette(qtbot: QtBot, theme: str, check_golden: Check) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(640, 520)
    palette = CommandPalette(make_some_actions(window), window)
    qtbot.addWidget(palette)
    palette.show()
    palette.findChild(QLineEdit).setText("co")
    palette.setFocus()  # away from the cursor, which blinks
    check_golden(palette, f"command-palette-{theme}")


def test_settings(qtbot: QtBot, dressed: Appearance, theme: str, check_golden: Check) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    actions = make_some_actions(window)
    usual_keys = {action.objectName(): tuple(key.toString() for key in action.shortcuts()) for action in actions}
    actions[1].setShortcuts([QKeySequence("F9")])  # it has keys of the user's own
    shown = ShownSettings(
        ThemeMode(theme),
        100,
        (100, 125, 150, 175, 200),
        text_percent=100,
        text_percents=(80, 90, 100, 110, 125, 150, 175, 200),
        follows_newest=True,
        endpoint=Endpoint("http://localhost:8080/v1", "LLM_KEY"),
        path="window.ini",
        usual_keys=usual_keys,
    )
    dialog = SettingsDialog(shown, actions, dressed, window)
    qtbot.addWidget(dialog)
    dialog.show()
    check_golden(dialog, f"settings-{theme}")
