"""`spanglass open`, and `spanglass` alone: the window."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from spanglass_store.links.addresses import format_address
from spanglass_store.location import STORE_FILE, ensure_store, locate_store
from spanglass_store.transfer.bundle import is_bundle
from spanglass_viewer.cli.command import Command, ExitCode
from spanglass_viewer.cli.span_address import find_address
from spanglass_viewer.cli.stores import open_existing_store
from spanglass_viewer.cli.terminal import standard_output
from spanglass_viewer.cli.window import show_window

_JSON_LINES = frozenset({".jsonl", ".ndjson"})
_SIZE = re.compile(r"(\d{2,5})[xX](\d{2,5})")


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "target",
        nargs="?",
        metavar="LINK",
        help="a link, a slug or an id to open at, a store's folder, a bundle, JSON lines",
    )
    parser.add_argument("--link", metavar="LINK", help="the same, for scripts")
    parser.add_argument("--theme", choices=("dark", "light", "system"), help="default: as you left it")
    parser.add_argument("--size", type=_parse_size, metavar="WxH", help="the window's size, such as 1440x900")
    parser.add_argument(
        "--screenshot", type=Path, metavar="FILE", help="render the window into a PNG, without a display, and end"
    )


def _run(options: argparse.Namespace) -> int:
    target = options.target
    if target is not None and _is_export(Path(target)):
        from spanglass_store.transfer.bundle_store import store_of_bundle  # noqa: PLC0415 - it loads DuckDB

        target = str(store_of_bundle(Path(target)))
    is_store = target is not None and (Path(target) / STORE_FILE).is_file()
    store = locate_store(target if is_store else options.store)
    ensure_store(store)
    link = options.link or (None if is_store else target)
    if link is not None:
        link = format_address(find_address(link, lambda: open_existing_store(options)))
    code = show_window(store, link=link, theme=options.theme, size=options.size, screenshot=options.screenshot)
    if options.screenshot is not None and code == ExitCode.OK:
        standard_output().write_line(str(options.screenshot))
    return code


def _is_export(path: Path) -> bool:
    try:
        return path.is_file() and (path.suffix.lower() in _JSON_LINES or is_bundle(path))
    except (OSError, ValueError):  # a link or an id is no path
        return False


def _parse_size(text: str) -> tuple[int, int]:
    match = _SIZE.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError("a size is written WxH, such as 1440x900")
    return int(match[1]), int(match[2])


COMMAND = Command(
    name="open",
    help="open the window",
    configure=_configure,
    run=_run,
    examples=(
        "spanglass open",
        "spanglass open spanglass://trace/8b6089648525a51ee769be7689d1c1a6",
        'spanglass open "https://www.braintrust.dev/app/…/logs?r=<root_span_id>&s=<span_id>"',
        "spanglass open traces.zip",
        "spanglass open --store .spanglass --screenshot window.png --theme light --size 1440x900",
    ),
)
