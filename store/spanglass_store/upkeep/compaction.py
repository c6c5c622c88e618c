"""Gives the space of deleted rows back to the disk: the tables are copied, and the copy takes their place."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, NamedTuple

from spanglass_store.database import engine
from spanglass_store.database.recovery import damage_fault, is_damage
from spanglass_store.database.statements import query
from spanglass_store.faults import StoreFault

if TYPE_CHECKING:
    from pathlib import Path

    from spanglass_store.database.connection import Cursor, Database

DRAFT_FILE = "traces.compacting.duckdb"


class Compaction(NamedTuple):
    """The sizes of the database file."""

    before_bytes: int
    after_bytes: int


def free_bytes(cursor: Cursor) -> int:
    """Return how much of the database file is dead space, about."""
    [(size_bytes,)] = cursor.rows(query("read_free_space"))
    return size_bytes


def compact(database: Database) -> Compaction:
    """Put a copy without dead space in the place of the database file; whenever it dies, one of the two is whole.

    Needs room for the copy. Raises StoreBusy, DamagedTables, StoreFault where there is no room, and Interrupted;
    nothing was changed then.
    """
    with database.closed_file() as path:
        draft = path.with_name(DRAFT_FILE)
        before_bytes = path.stat().st_size
        try:
            _delete(draft)
            _copy(database, path, draft)
            draft.chmod(0o600)
            draft.replace(path)
        except engine.Error as error:
            if is_damage(error):
                raise damage_fault(error, path) from error
            raise StoreFault(f"The tables could not be copied ({error}). Nothing was changed.", path) from error
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise StoreFault(f"The tables could not be copied: {reason}. Nothing was changed.", path) from error
        finally:
            with contextlib.suppress(OSError):
                _delete(draft)
        return Compaction(before_bytes, path.stat().st_size)


def _copy(database: Database, path: Path, draft: Path) -> None:
    connection = engine.connect(str(path), config={"threads": "2", "memory_limit": "1GB"})
    with connection, database.interruptible(connection):
        connection.execute("CHECKPOINT")  # a log that is left over would be taken for the copy's
        connection.execute(query("attach_copy").format(path=str(draft).replace("'", "''")))
        connection.execute(query("copy_tables").format(name=path.stem))
        connection.execute("DETACH copy")


def _delete(draft: Path) -> None:
    draft.unlink(missing_ok=True)
    draft.with_name(draft.name + ".wal").unlink(missing_ok=True)
