"""The real window on a real screen, driven by keys and mouse as a user does."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from spanglass_store import open_store
from spanglass_store.links.addresses import SpanAddress, format_address
from spanglass_store.location import read_store_info

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Screen
    from spanglass_store.database.records import SpanRecord

pytestmark = pytest.mark.end2end

THUMBNAIL, LIGHTBOX_MIDDLE = (1250, 290), (700, 500)
GROUNDS = {(20, 23, 29), (26, 30, 38)}  # of the window and of a card
DISCLOSURE_X, TREE_X, FIRST_ROW_Y = 307, 460, 221


def log_demo(store: Path) -> None:
    command = [sys.executable, "-m", "spanglass_assets.demo", "--store", str(store), "--speed", "20"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def test_a_failed_trace_is_walked_by_keys(screen: Screen, store_path: Path) -> None:
    log_demo(store_path)
    screen.start_window(store_path, "--theme", "dark")
    screen.wait_for_title("POST /refunds")
    screen.key("Up")
    screen.wait_for_title("payments.refund")
    # looked at before each press: a press moves on from where the window is, and the title follows later
    screen.wait_until("F8 reaches the third failed trace", lambda: screen.title()[:7] == "extract" or screen.key("F8"))
    screen.key("shift+F8")
    screen.wait_for_title("POST /refunds")
    screen.key("Up")
    screen.wait_for_title("payments.refund")
    screen.key("j")
    screen.wait_for_other_title("payments.refund")


def test_collapsing_takes_the_rows_away_and_expanding_brings_them_back(screen: Screen, store_path: Path) -> None:
    log_demo(store_path)
    screen.start_window(store_path, "--theme", "light")
    screen.wait_for_title("POST /refunds")
    screen.key("bracketleft")
    screen.wait_for_title("executor")  # what is hidden hands its selection to what hides it
    screen.key("Up")
    screen.wait_for_title("planner")
    screen.key("bracketright", "Down")
    screen.wait_for_title("chat.completions")
    screen.key("Home")
    screen.wait_for_title("support_agent.run")
    screen.key("Left", "Down")
    screen.key("Right", "Right")
    screen.wait_for_title("voice.transcribe")
    screen.click(TREE_X, FIRST_ROW_Y)
    screen.wait_for_title("support_agent.run")
    screen.click(DISCLOSURE_X, FIRST_ROW_Y)
    screen.key("Down")
    assert screen.title().startswith("support_agent.run"), "it is the only row left"


def test_an_image_opens_in_the_lightbox_and_closes(screen: Screen, store_path: Path) -> None:
    log_demo(store_path)
    with open_store(store_path) as store:
        trace = next(trace for trace in store.list_traces() if trace.name == "support_agent.run")
        span = next(span for span in store.get_trace(trace.root_span_id) if span.name == "receipt.ocr")
    link = format_address(SpanAddress(span.root_span_id, span.span_id, read_store_info(store_path).id))
    screen.start_window(store_path, "--theme", "dark", "--link", link)
    screen.wait_for_title("receipt.ocr")
    screen.wait_until("the thumbnail is there", lambda: screen.color_at(*THUMBNAIL) not in GROUNDS)
    middle = screen.color_at(*LIGHTBOX_MIDDLE)
    screen.click(*THUMBNAIL)
    screen.wait_until("the receipt fills the window", lambda: min(screen.color_at(*LIGHTBOX_MIDDLE)) > 180)
    screen.key("Escape")
    screen.wait_until("the window is as before", lambda: screen.color_at(*LIGHTBOX_MIDDLE) == middle)


def test_the_demo_is_seen_live_and_its_death_too(screen: Screen, store_path: Path) -> None:
    screen.start_window(store_path, "--theme", "dark")
    assert screen.title() == "Spanglass"
    demo = screen.start(sys.executable, "-m", "spanglass_assets.demo", "--store", str(store_path), "--speed", "0.5")
    screen.wait_until("a span is shown while the agent runs", lambda: screen.title() != "Spanglass")
    screen.wait_until("it is in the middle of its work", lambda: _journal_bytes(store_path) > 15_000)
    assert demo.poll() is None
    demo.send_signal(signal.SIGKILL)
    demo.wait()
    screen.wait_until("its open spans are marked", lambda: any(span.is_interrupted for span in _spans(store_path)))
    spans = _spans(store_path)
    assert len({span.id for span in spans}) == len(spans) > 1
    assert all(span.end_us is not None or span.is_interrupted for span in spans)


def test_two_programs_log_at_once_while_the_window_is_open(screen: Screen, store_path: Path) -> None:
    screen.start_window(store_path)
    command = (sys.executable, "-m", "spanglass_assets.demo", "--store", str(store_path), "--speed", "20")
    programs = [screen.start(*command), screen.start(*command)]
    for program in programs:
        assert program.wait(timeout=60) == 0, screen.log(program)
    screen.wait_until("both are merged", lambda: not list((store_path / "journal").iterdir()))
    spans = _spans(store_path)
    assert len({span.id for span in spans}) == len(spans)
    assert len({span.root_span_id for span in spans}) % 2 == 0
    assert not any(span.is_interrupted for span in spans)


def test_another_program_reads_the_tables_beside_the_idle_window(screen: Screen, store_path: Path) -> None:
    log_demo(store_path)
    screen.start_window(store_path)
    screen.wait_for_title("POST /refunds")
    query = (
        "import duckdb, sys; print(duckdb.connect(sys.argv[1], read_only=True).sql('from v_traces').fetchall()[0][1])"
    )
    command = [sys.executable, "-c", query, str(store_path / "traces.duckdb")]
    tables = subprocess.CompletedProcess(command, 1)

    def reads() -> bool:
        nonlocal tables
        tables = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
        return tables.returncode == 0

    screen.wait_until("the file is free", reads)
    assert tables.stdout.strip() == "support_agent.run"


def test_find_back_forward_and_palette_by_keys(screen: Screen, store_path: Path) -> None:
    log_demo(store_path)
    screen.start_window(store_path, "--theme", "dark")
    screen.wait_for_title("POST /refunds")
    screen.key("ctrl+f")
    screen.type_text("voice")
    screen.wait_for_other_title("POST /refunds")
    screen.key("Escape", "Home")
    screen.wait_for_title("support_agent.run")
    screen.key("alt+Left")
    screen.wait_for_other_title("support_agent.run")
    screen.key("alt+Right")
    screen.wait_for_title("support_agent.run")
    screen.key("ctrl+k")
    screen.type_text("next err")
    screen.key("Return")
    screen.wait_for_title("POST /refunds")


def _journal_bytes(store: Path) -> int:
    return sum(path.stat().st_size for path in (store / "journal").iterdir())


def _spans(store: Path) -> list[SpanRecord]:
    with open_store(store) as opened:
        return list(opened.iter_spans())
