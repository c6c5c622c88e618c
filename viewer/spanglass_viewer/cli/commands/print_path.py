"""`spanglass path`: which store would be used here."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from spanglass_store.location import STORE_FILE, locate_store, read_store_info
from spanglass_viewer.cli.command import Command, ExitCode, add_json_argument
from spanglass_viewer.cli.terminal import standard_output

if TYPE_CHECKING:
    from argparse import Namespace


def _run(options: Namespace) -> int:
    path = locate_store(options.store)
    if options.as_json:
        exists = os.path.isfile(path / STORE_FILE)  # noqa: PTH113 - Path.is_file raises where it may not look
        info = read_store_info(path) if exists else None
        fields = {"path": str(path), "exists": exists, "store_id": info.id if info else None}
        standard_output().write_json({**fields, "database": str(path / "traces.duckdb")})
    else:
        standard_output().write_line(str(path))
    return ExitCode.OK


COMMAND = Command("path", "print the folder of the store", add_json_argument, _run, ('cd "$(spanglass path)"',))
