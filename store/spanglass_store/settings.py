"""What a store's `settings.json` says of its upkeep; whatever is missing there has its default."""

from __future__ import annotations

import contextlib
import dataclasses
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

import orjson

from spanglass_store.faults import StoreFault

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS_FILE = "settings.json"
DEFAULT_KEEP_JOURNAL_BYTES = 256 * 1024 * 1024

_Default = TypeVar("_Default", int, None)


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """`keep_journal_bytes` is how much of the merged journal is kept, compressed, for a rebuild; 0 keeps none.

    The limits of `prune_…` are those by which the store prunes itself; with none of them it never does.
    """

    keep_journal_bytes: int = DEFAULT_KEEP_JOURNAL_BYTES
    prune_older_than_secs: float | None = None
    prune_keep_last: int | None = None
    prune_max_size_bytes: int | None = None

    @property
    def prunes_itself(self) -> bool:
        """Tell whether there is a limit at all."""
        return any(
            limit is not None for limit in (self.prune_older_than_secs, self.prune_keep_last, self.prune_max_size_bytes)
        )


def read_settings(store: Path) -> StoreSettings:
    """Return the settings of a store. A file that is missing or damaged, or a value that is none, is the default."""
    fields: object = None
    with contextlib.suppress(OSError, orjson.JSONDecodeError):
        fields = orjson.loads((store / SETTINGS_FILE).read_bytes())
    said = cast("dict[str, Any]", fields) if isinstance(fields, dict) else {}
    return StoreSettings(
        keep_journal_bytes=_whole(said.get("keep_journal_bytes"), DEFAULT_KEEP_JOURNAL_BYTES),
        prune_older_than_secs=_number(said.get("prune_older_than_secs")),
        prune_keep_last=_whole(said.get("prune_keep_last"), None),
        prune_max_size_bytes=_whole(said.get("prune_max_size_bytes"), None),
    )


def _whole(value: object, default: _Default) -> int | _Default:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else default


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else None


def write_settings(store: Path, settings: StoreSettings) -> None:
    """Write the settings of a store, whole or not at all. Raises StoreFault where the disk says no."""
    path = store / SETTINGS_FILE
    draft = path.with_name(f"{SETTINGS_FILE}.{os.urandom(4).hex()}")
    try:
        with open(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:  # noqa: PTH123 - private from the first byte
            file.write(orjson.dumps(dataclasses.asdict(settings), option=orjson.OPT_INDENT_2) + b"\n")
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        reason = (error.strerror or str(error)).lower()
        raise StoreFault(f"The settings cannot be written: {reason}. They are as they were.", path) from error
