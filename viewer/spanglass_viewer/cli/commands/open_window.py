"""`spanglass open`, and `spanglass` alone: the window, or a visit to the one that is open."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
from dataclasses import replace
from pathlib import Path

from spanglass_store.faults import StoreFault
from spanglass_store.journal.kept import MERGED_FOLDER
from spanglass_store.known_stores import find_known_store, find_opened_store
from spanglass_store.links.addresses import format_address, is_id
from spanglass_store.location import (
    BLOBS_FOLDER,
    JOURNAL_FOLDER,
    STORE_FILE,
    STORE_VARIABLE,
    default_store_path,
    ensure_store,
    locate_store,
    read_store_info,
)
from spanglass_viewer.cli.command import Command, ExitCode, add_json_argument
from spanglass_viewer.cli.span_address import find_address, read_visit
from spanglass_viewer.cli.stores import open_existing_store
from spanglass_viewer.cli.terminal import standard_output
from spanglass_viewer.cli.window import show_window, tell_window
from spanglass_viewer.instance.doorway import Doorway
from spanglass_viewer.instance.hand_over import activation_token, enter, hand_to_any
from spanglass_viewer.instance.visit import Visit

_JSON_LINES = frozenset({".jsonl", ".ndjson"})
_TABLES_FILE = "traces.duckdb"  # not from `connection`: that loads DuckDB
_EMPTY_TABLES_BYTES = 300_000  # they take 274 kB, and the first spans a block of 256 kB more
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
    add_json_argument(parser, "tell as JSON which window shows what, as soon as it is known")


def _run(options: argparse.Namespace) -> int:
    options.store, visit = _find_place(options)
    if visit.name is not None and not is_id(visit.name):
        visit = Visit(find_address(visit, lambda: open_existing_store(options)))  # a name that no line may carry
    info = ensure_store(options.store)
    doorway: Doorway | None = Doorway()
    if options.screenshot is None:
        visit = replace(visit, activation=activation_token())
        is_elsewhere = not _knows_store(visit, info.id) and hand_to_any(visit)
        doorway = None if is_elsewhere else enter(info.id, visit)
        if doorway is None:
            if options.as_json:
                link = None if visit.address is None else format_address(visit.address)
                tell_window("reached", None if is_elsewhere else info, link)
            return ExitCode.OK
    with contextlib.closing(doorway):
        link = None
        if visit.address is not None or visit.name is not None:
            link = format_address(find_address(visit, lambda: open_existing_store(options)))
        if options.as_json and options.screenshot is None:
            tell_window("opened", info, link)
        code = show_window(
            info.path, link=link, theme=options.theme, size=options.size, screenshot=options.screenshot, doorway=doorway
        )
    if options.screenshot is not None and code == ExitCode.OK:
        if options.as_json:
            tell_window("none", info, link, options.screenshot)
            return code
        standard_output().write_line(str(options.screenshot))
    return code


def _find_place(options: argparse.Namespace) -> tuple[Path, Visit]:
    """Return the store to open, and where to go in it."""
    target = options.link or options.target
    if target is None:
        return _find_usual_store(options), Visit()
    if options.link is None and _is_file(Path(target, STORE_FILE)):
        return locate_store(target), Visit()
    if options.link is None and _is_file(Path(target)) and _is_export(Path(target)):
        from spanglass_store.transfer.bundle_store import store_of_bundle  # noqa: PLC0415 - it loads DuckDB

        return store_of_bundle(Path(target)), Visit()
    if options.link is None and _is_other_path(target):
        raise StoreFault("This is neither a store's folder, nor a bundle, nor JSON lines.", Path(target))
    visit = read_visit(target)
    return _find_store(options, visit), visit


def _find_usual_store(options: argparse.Namespace) -> Path:
    """Return the store that is to be used here; where none is named, and the default one is unused, the last shown."""
    path = locate_store(options.store)
    is_named = bool(options.store or os.environ.get(STORE_VARIABLE))
    if is_named or path != default_store_path() or _is_used(path):
        return path
    return find_opened_store() or path


def _is_used(path: Path) -> bool:
    """Tell whether anything was ever logged into a store. A look at it, empty as it is, makes tables."""
    folders = (path / name for name in (JOURNAL_FOLDER, BLOBS_FOLDER, MERGED_FOLDER))
    with contextlib.suppress(OSError):
        return any(folder.is_dir() and any(folder.iterdir()) for folder in folders) or (
            _is_file(path / _TABLES_FILE) and (path / _TABLES_FILE).stat().st_size > _EMPTY_TABLES_BYTES
        )
    return True  # what cannot be looked into says why when it is opened


def _find_store(options: argparse.Namespace, visit: Visit) -> Path:
    """Return the store of a link: the one that is named here, else the one that the link names, where it is known."""
    here = locate_store(options.store)
    named = None if visit.address is None else visit.address.store_id
    if options.store is not None or named is None or _is_store(here, named):
        return here
    return find_known_store(named) or here


def _is_store(path: Path, store_id: str) -> bool:
    with contextlib.suppress(StoreFault):
        return read_store_info(path).id == store_id
    return False


def _knows_store(visit: Visit, store_id: str) -> bool:
    return visit.address is None or visit.address.store_id in {None, store_id}


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a link or an id is no path
        return False


def _is_other_path(target: str) -> bool:
    """Tell whether a target names a file or a folder that cannot be opened; a plain word may be an id as well."""
    path = Path(target)
    try:
        return (path.suffix != "" or path.name != target) and path.exists()
    except (OSError, ValueError):  # a link or an id is no path
        return False


def _is_export(path: Path) -> bool:
    if path.suffix.lower() in _JSON_LINES:
        return True
    from spanglass_store.transfer.bundle import is_bundle  # noqa: PLC0415 - a second start with a link needs none

    try:
        return is_bundle(path)
    except OSError:
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
