"""Damaged tables: recognised, set aside under a name of their own; what is rebuilt then comes from the kept journal."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spanglass_store.faults import DamagedTables

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

# How DuckDB speaks of a file that was truncated, overwritten, or is none of its own.
_DAMAGE = (
    "not a valid DuckDB database file",
    "Could not read enough bytes",
    "Corrupt database file",
)
_SET_ASIDE = ".damaged-"


@dataclass(frozen=True, slots=True)
class Recovery:
    """What an opening had to do: where damaged tables lie now (None: they were missing), and what is rebuilt from."""

    set_aside: Path | None
    segment_count: int

    @property
    def sentence(self) -> str:
        """Say what happened, what is safe, and what to do."""
        found = "damaged" if self.set_aside is not None else "missing"
        source = (
            f"They are rebuilt from {self.segment_count} kept segments of the journal; older traces are not in these."
            if self.segment_count
            else "No journal was kept to rebuild them from; what is logged from now on is safe."
        )
        where = f" The damaged file was set aside: {self.set_aside}" if self.set_aside is not None else ""
        return f"The store's tables were {found}. {source}{where}"


def is_damage(error: duckdb.Error) -> bool:
    """Tell whether an error speaks of a damaged file, not of a disk or a query."""
    text = str(error)
    return any(phrase in text for phrase in _DAMAGE)


def damage_fault(path: Path) -> DamagedTables:
    """Return the fault that says so."""
    return DamagedTables(
        "The store's tables are damaged. The journal keeps what is logged; `spanglass doctor --fix` rebuilds them.",
        path,
    )


def set_aside(path: Path) -> Path:
    """Rename a database file that nobody has open, and its log; return the new path. Raises OSError."""
    moment = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
    target = path.with_name(f"{path.stem}{_SET_ASIDE}{moment}{path.suffix}")
    number = 1
    while target.exists():
        number += 1
        target = path.with_name(f"{path.stem}{_SET_ASIDE}{moment}-{number}{path.suffix}")
    path.rename(target)
    log = path.with_name(path.name + ".wal")
    if log.exists():  # left behind it would be taken for the log of the new tables
        log.rename(target.with_name(target.name + ".wal"))
    return target


def list_set_aside(store: Path) -> list[Path]:
    """Return the damaged database files that were set aside, oldest first."""
    return sorted(store.glob(f"*{_SET_ASIDE}*.duckdb"))
