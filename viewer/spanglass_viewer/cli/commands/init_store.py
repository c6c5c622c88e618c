"""`spanglass init`: a store that belongs to a project folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from spanglass_store.faults import StoreFault
from spanglass_store.location import LOCAL_STORE_NAME, STORE_FILE, ensure_store
from spanglass_viewer.cli.command import Command, ExitCode, add_json_argument
from spanglass_viewer.cli.terminal import standard_output

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", type=Path, default=Path(), help="the project's folder (default: here)")
    add_json_argument(parser, "print the store as JSON")


def _run(options: Namespace) -> int:
    path = (options.store or options.folder / LOCAL_STORE_NAME).absolute()
    is_new = not (path / STORE_FILE).exists()
    info = ensure_store(path)
    try:
        (path / ".gitignore").write_text("# traces stay on this machine\n*\n", encoding="utf-8")
    except OSError as error:
        raise StoreFault(
            f"The store is made, but its .gitignore could not be written: {error.strerror}.", path
        ) from error
    if options.as_json:
        standard_output().write_json({"path": str(path), "store_id": info.id, "is_new": is_new})
    else:
        standard_output().write_line(str(path))
    return ExitCode.OK


COMMAND = Command(
    name="init",
    help="make a .spanglass/ store for a project; programs started below it log there",
    configure=_configure,
    run=_run,
    examples=("spanglass init", "spanglass init ~/work/agent"),
)
