"""Damaged tables: recognised, set aside under a name of their own; what is rebuilt then comes from the kept journal."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from spanglass_store.faults import DamagedLog, DamagedTables

if TYPE_CHECKING:
    from pathlib import Path

    from spanglass_store.database import engine

# How DuckDB speaks of a file that was truncated, overwritten, or is none of its own.
_DAMAGE = (
    "not a valid DuckDB database file",
    "Could not read enough bytes",
    "Corrupt database file",
)
_LOG_DAMAGE = "WAL file"  # its beginning or an entry is no log's; one that is cut is read up to the cut
_SET_ASIDE = ".damaged-"


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was damaged at an opening, where it lies now (None: it was missing), and what it is rebuilt from."""

    what: Literal["tables", "log"]
    set_aside: Path | None
    segment_count: int

    @property
    def sentence(self) -> str:
        """Say what happened, what is safe, and what to do."""
        where = f" The damaged file was set aside: {self.set_aside}" if self.set_aside is not None else ""
        kept = f"the kept journal, {self.segment_count} {'segment' if self.segment_count == 1 else 'segments'}"
        if self.what == "log":
            source = f"What it held is merged anew from {kept}."
            return f"The log of the store's tables was damaged. {source}{where}"
        found = "damaged" if self.set_aside is not None else "missing"
        source = (
            f"They are rebuilt from {kept}; older traces are not in it."
            if self.segment_count
            else "No journal was kept to rebuild them from; what is logged from now on is safe."
        )
        return f"The store's tables were {found}. {source}{where}"


def is_damage(error: engine.Error) -> bool:
    """Tell whether an error speaks of a damaged file, not of a disk or a query."""
    text = str(error)
    return any(phrase in text for phrase in (*_DAMAGE, _LOG_DAMAGE))


def damage_fault(error: engine.Error, path: Path) -> DamagedTables:
    """Return the fault that says so."""
    if _LOG_DAMAGE in str(error):
        return DamagedLog(
            "The log of the store's tables is damaged. The journal keeps what is logged; `spanglass doctor --fix` sets"
            " it aside, and merges what it held anew.",
            log_path(path),
        )
    return DamagedTables(
        "The store's tables are damaged. The journal keeps what is logged; `spanglass doctor --fix` rebuilds them.",
        path,
    )


def set_aside(path: Path) -> Path:
    """Rename a database file that nobody has open, and its log; return the new path. Raises OSError."""
    target = _free_path(path)
    path.rename(target)
    if log_path(path).exists():  # left behind it would be taken for the log of the new tables
        log_path(path).rename(log_path(target))
    return target


def set_aside_log(path: Path) -> Path:
    """Rename the log of a database file that nobody has open; return the new path. Raises OSError."""
    target = log_path(_free_path(path))
    log_path(path).rename(target)
    return target


def log_path(path: Path) -> Path:
    """Return where DuckDB keeps the log of a database file."""
    return path.with_name(path.name + ".wal")


def _free_path(path: Path) -> Path:
    moment = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
    numbers = ("", *(f"-{number}" for number in range(2, 1000)))
    targets = (path.with_name(f"{path.stem}{_SET_ASIDE}{moment}{number}{path.suffix}") for number in numbers)
    return next(target for target in targets if not target.exists() and not log_path(target).exists())


def list_set_aside(store: Path) -> list[Path]:
    """Return the damaged database files that were set aside, and logs without theirs, oldest first."""
    files = sorted(store.glob(f"*{_SET_ASIDE}*.duckdb"))
    logs = sorted(store.glob(f"*{_SET_ASIDE}*.duckdb.wal"))
    return files + [log for log in logs if log.with_suffix("") not in files]
