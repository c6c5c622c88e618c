"""All of it in the real window: it stays alive and answers, within its memory, and opens no socket."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hostile_files
import journal_rows
import media_files
import pytest
from journal_rows import JournalWriter

from spanglass_store import open_store
from spanglass_store.journal.lines import encode_line

if TYPE_CHECKING:
    from spanglass_viewer.values.decode import JsonValue

pytestmark = pytest.mark.end2end

_PROBE = Path(__file__).parent / "probe_window.py"
_DEEP_MARK, _DEPTH = "deep down", 20_000
_HTML = "<img src='/dev/zero'><img src='file:///etc/passwd'><script>alert(1)</script><a href='http://127.0.0.1:9'>x</a>"
_ANSI = "\x1b[2J\x1b[31mred\x1b]0;title\x07\x9b5m"
_TURNED = "invoice\u202efdp.exe"
_ADDRESSES: list[JsonValue] = [
    {"type": "image_url", "image_url": {"url": url}}
    for url in (
        "file:///dev/zero", "file:///etc/passwd", "\\\\evil.example\\share\\a.png", "//evil.example/a.png",
        "http://127.0.0.1:9/a.png", "https://[::1]/a.png", "http://[bad/a.png", "javascript:alert(1)",
        "data:image/svg+xml;base64," + base64.b64encode(hostile_files.svg_loop()).decode(),
        "data:image/png;base64,!!!!", "data:image/png;base64," + "A" * 100_000,
    )
]  # fmt: skip


def _log(store: Path) -> None:
    writer = JournalWriter(store)
    every: dict[str, Any] = dict.fromkeys(("input", "output", "expected", "metadata"), _HTML)
    writer.span(0, after=9, **every | {"error": _HTML, "scores": {_HTML: 0.5}, "tags": [_HTML], "name": _HTML})
    writer.span(1, parents=(0,), name=_ANSI, input=_ANSI, type=_HTML)
    writer.span(2, parents=(0,), name=_TURNED, input={_TURNED: _TURNED, "\u202e": "\u200b" * 1000})
    writer.span(3, parents=(0,), name="n" * 10_000_000, input={"k" * 1_000_000: 1})
    writer.span(4, parents=(0,), name="addresses", input=_ADDRESSES)
    writer.span(
        5, parents=(0,), name="deep", input=_DEEP_MARK, output={f"k{number}": number for number in range(50_000)}
    )
    for number, (name, data) in enumerate(hostile_files.corpus().items(), 6):
        reference = writer.attach(f"key-{number}", data, name, "")
        writer.span(number, parents=(0,), name=name, input={"file": reference})
    for name in ("../../../etc/passwd", "\\\\evil.example\\share", _ANSI, _TURNED, "a" * 100_000, "CON", _HTML):
        number += 1
        reference = writer.attach(name, media_files.encode_picture("JPEG"), name, "image/png")
        writer.span(number, parents=(0,), name="named badly", input={"file": reference})
    writer.die()


def _spoil(store: Path) -> None:
    """Put a pipe, a device and a folder in the place of blobs."""
    blobs = sorted((store / "blobs").glob("??/*"), key=lambda path: path.stat().st_size)[:3]
    for blob in blobs:
        blob.unlink()
    os.mkfifo(blobs[0])
    blobs[1].symlink_to("/dev/zero")
    blobs[2].mkdir()


def test_the_window_outlives_everything(store_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # deeper than orjson writes: another program may
    deep = b"[" * _DEPTH + b"]" * _DEPTH
    monkeypatch.setattr(
        journal_rows, "encode_line", lambda line: encode_line(line).replace(f'"{_DEEP_MARK}"'.encode(), deep)
    )
    _log(store_path)
    with open_store(store_path) as store:
        assert store.list_traces()
    _spoil(store_path)
    done = subprocess.run(
        [sys.executable, str(_PROBE), str(store_path)], capture_output=True, text=True, timeout=110, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    report = json.loads(done.stdout.splitlines()[-1])
    unfinished = [shown for shown in report["shown"] if not (shown["is_whole"] and all(shown["opened"].values()))]
    assert not unfinished
    assert report["spans"] == len(report["shown"]) >= 30
    assert report["sockets"] == []
    assert report["own_mb"] < 1000
    assert report["decoder_mb"] < 1100
    assert [text for text in report["messages"] if not text.startswith("libpng warning")] == []
    print(f"{report['worst_cpu_ms']} ms of the window's processor time at once, {report['worst_ms']} ms of the clock")
    print(f"{report['own_mb']} MB, decoders {report['decoder_mb']} MB")
