"""Two real starts: the second hands its link to the window that is open, which comes to the front at the span."""

from __future__ import annotations

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

pytestmark = pytest.mark.end2end

TOP_BAR = (300, 14)
PROGRAM = """
import sys
import spanglass

spanglass.init_logger("links", store=sys.argv[1])
with spanglass.start_span(name="first step"):
    spanglass.start_span(name="the linked step").end()
    spanglass.start_span(name="last step").end()
spanglass.flush()
"""


def test_a_second_start_hands_its_link_over_and_ends(screen: Screen, tmp_path: Path) -> None:
    store_path, other_path = tmp_path / "store", tmp_path / "other"
    for path in (store_path, other_path):
        subprocess.run([sys.executable, "-c", PROGRAM, str(path)], check=True, timeout=60)
    with open_store(store_path) as store:
        (trace,) = store.list_traces()
        span = next(span for span in store.get_trace(trace.root_span_id) if span.name == "the linked step")
    link = format_address(SpanAddress(span.root_span_id, span.span_id, read_store_info(store_path).id))

    first = screen.start_window(store_path, "--theme", "dark", "--size", "1440x900")
    screen.wait_until("the first window is dark", lambda: max(screen.color_at(*TOP_BAR)) < 80)
    options = ("--store", str(other_path), "--theme", "light", "--size", "1440x900")
    screen.start(sys.executable, "-m", "spanglass_viewer", "open", *options)
    screen.wait_until("another store's window covers it", lambda: min(screen.color_at(*TOP_BAR)) > 200)

    second = screen.start(sys.executable, "-m", "spanglass_viewer", "open", link)
    screen.wait_until("the second start has ended", lambda: second.poll() is not None)
    assert (second.returncode, screen.log(second)) == (0, "")
    screen.wait_until("the first window is at the span", lambda: screen.find_window("the linked step"))
    screen.wait_until("it is in front", lambda: max(screen.color_at(*TOP_BAR)) < 80)
    assert first.poll() is None
