"""What a store's `settings.json` says of its upkeep; whatever is missing there has its default."""

from __future__ import annotations

import contextlib
import dataclasses
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import orjson

from spanglass_store.faults import StoreFault

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS_FILE = "settings.json"
DEFAULT_KEEP_JOURNAL_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """`keep_journal_bytes` is how much of the merged journal is kept, compressed, for a rebuild; 0 keeps none."""

    keep_journal_bytes: int = DEFAULT_KEEP_JOURNAL_BYTES


def read_settings(store: Path) -> StoreSettings:
    """Return the settings of a store. A file that is missing or damaged, or a value that is none, is the default."""
    fields: object = None
    with contextlib.suppress(OSError, orjson.JSONDecodeError):
        fields = orjson.loads((store / SETTINGS_FILE).read_bytes())
    said = cast("dict[str, Any]", fields) if isinstance(fields, dict) else {}
    keep = said.get("keep_journal_bytes")
    if not isinstance(keep, int) or isinstance(keep, bool) or keep < 0:
        return StoreSettings()
    return StoreSettings(keep_journal_bytes=keep)


def write_settings(store: Path, settings: StoreSettings) -> None:
    """Write the settings of a store, whole or not at all. Raises StoreFault where the disk says no."""
    path = store / SETTINGS_FILE
    draft = path.with_name(f"{SETTINGS_FILE}.{os.urandom(4).hex()}")
    try:
        draft.write_bytes(orjson.dumps(dataclasses.asdict(settings), option=orjson.OPT_INDENT_2) + b"\n")
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        reason = (error.strerror or str(error)).lower()
        raise StoreFault(f"The settings cannot be written: {reason}. They are as they were.", path) from error
