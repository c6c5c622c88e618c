from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QGuiApplication
from span_details import make_detail

from spanglass_store.location import ensure_store
from spanglass_viewer.app.span_clipboard import SpanClipboard
from spanglass_viewer.models.selection import Selection
from spanglass_viewer.trace.references import LargeValue

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("qapp")


def test_a_copy_says_what_is_too_large_to_be_in_it(store_path: Path) -> None:
    clipboard = SpanClipboard(ensure_store(store_path), Selection())
    notices: list[str] = []
    clipboard.notice_given.connect(notices.append)
    detail = make_detail(output="short")
    for copied in (detail, replace(detail, large={"input": LargeValue(5_000_000, "aa", None)})):
        clipboard.show_span(copied)
        clipboard.copy_json()
        assert json.loads(QGuiApplication.clipboard().text())["output"] == "short"
        clipboard.copy_markdown()
    assert notices == [
        "Span copied as JSON",
        "Span copied as Markdown",
        "Span copied as JSON, without its input",
        "Span copied as Markdown, without its input",
    ]


def test_without_a_span_nothing_is_copied_and_that_is_said(store_path: Path) -> None:
    clipboard = SpanClipboard(ensure_store(store_path), Selection())
    notices: list[str] = []
    clipboard.notice_given.connect(notices.append)
    QGuiApplication.clipboard().setText("mine")
    for copy in (clipboard.copy_link, clipboard.copy_json, clipboard.copy_snippet, clipboard.copy_trace_id):
        copy()
    assert notices == ["Nothing is selected. The clipboard is as it was"] * 4
    assert QGuiApplication.clipboard().text() == "mine"
