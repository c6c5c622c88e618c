"""Folds whole segments by a statement, beside all else: the next ones while those before them are written.

What a commit writes into the file is compressed by one thread: the others fold meanwhile. A fold is made by a cursor of
its own, in a database in memory, so that no transaction of it stands in the way of the commit's checkpoint.
"""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spanglass_store.database import engine
from spanglass_store.database.statements import query
from spanglass_store.faults import StoreFault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from spanglass_store.database.connection import Cursor, Database
    from spanglass_store.database.known_tables import KnownTables

_PLACES = ("here", "next")  # a fold is read while the one after it is made
_WAIT_SECS = 0.05
# What reading lines that are no rows of ours may cause; the slow way tells them apart.
READ_ERRORS = (
    engine.InvalidInputException,
    engine.ConversionException,
    engine.OutOfRangeException,
    engine.OutOfMemoryException,
    engine.BinderException,  # not one line in all the files
)


class UnfitSegments(Exception):  # noqa: N818 - it names the segments, not the failure
    """DuckDB cannot read these segments; the transaction is to be rolled back, and they have to go the slow way."""


@dataclass(slots=True)
class _Begun:
    """A fold that a thread makes, of which segments; `fault` is why it made none."""

    processes: dict[Path, str]
    thread: threading.Thread | None = None
    fault: BaseException | None = None


class FoldAhead:
    """The folds of one merge: `make` one, and `show` a cursor its table `bulk_fold`; `begin` what is made next.

    One thread uses it. It holds the database while a fold is made: `close` ends that.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._begun: _Begun | None = None
        self._place = 0
        self._cursor: Cursor | None = None
        self._has_places = False

    def begin(self, processes: Mapping[Path, str]) -> None:
        """Begin to fold segments, each written by the process named; they should be the next that are asked for."""
        self._place = 1 - self._place
        begun = self._begun = _Begun(dict(processes))
        begun.thread = threading.Thread(target=self._fold_for, args=(begun,), name="fold")
        begun.thread.start()

    def make(self, processes: Mapping[Path, str], stored: Sequence[str] = ()) -> None:
        """Fold segments, or wait for it where it was begun; what was begun of others is dropped.

        The lines of the spans in `stored` are left over. Raises UnfitSegments where DuckDB cannot read them.
        """
        begun = self._begun
        if begun is None or begun.thread is None or begun.processes != processes or stored:
            self._stop()
            self._fold(processes, stored)
            return
        begun.thread.join()
        self._begun = None
        if begun.fault is not None:
            raise begun.fault

    def show(self, cursor: Cursor) -> None:
        """Let a cursor see the fold that was made last; a transaction that has seen one before sees no other."""
        cursor.rows(query("bulk_shown").format(place=_PLACES[self._place]))

    def list_stored(self, known: KnownTables) -> list[str]:
        """Return the spans that simply add up, but that the tables know already, or that a row has deleted.

        Those of which only updates came are not among them: their lines are left over from now on.
        """
        with self._database.cursor() as cursor:
            self.show(cursor)
            [(earliest,)] = cursor.rows(query("bulk_earliest"))
            if earliest is None or not (known.has_deleted or known.undated or known.may_hold(earliest)):
                return []
            stored = [row_id for (row_id,) in cursor.rows(query("bulk_stored"))]
            if not stored:
                return []
            settled = cursor.rows(query("bulk_leave").format(place=_PLACES[self._place]), {"ids": stored})
            return list(set(stored).difference(row_id for (row_id,) in settled))

    def close(self) -> None:
        """Stop what was begun, and give back the memory of all folds."""
        self._stop()
        if self._has_places and self._database.is_open:
            with contextlib.suppress(StoreFault, engine.Error), self._database.cursor() as cursor:
                cursor.rows(query("bulk_done"))
        self._has_places = False

    def _fold_for(self, begun: _Begun) -> None:
        try:
            self._fold(begun.processes, ())
        except BaseException as fault:  # noqa: BLE001 - it is raised where the fold is asked for
            begun.fault = fault

    def _fold(self, processes: Mapping[Path, str], stored: Sequence[str]) -> None:
        files, writers = [str(path) for path in processes], list(processes.values())
        with self._database.cursor() as cursor:
            self._cursor, self._has_places = cursor, True
            try:
                cursor.rows(query("bulk_place").format(place=_PLACES[self._place]))
                cursor.rows(query("bulk_macros"))
                cursor.rows(query("bulk_fold"), {"files": files, "processes": writers, "stored": list(stored)})
            except READ_ERRORS as error:
                raise UnfitSegments from error
            finally:
                self._cursor = None

    def _stop(self) -> None:
        begun, self._begun = self._begun, None
        while begun is not None and begun.thread is not None and begun.thread.is_alive():
            if (cursor := self._cursor) is not None:
                with contextlib.suppress(engine.Error):  # it may just have been closed
                    cursor.interrupt()
            begun.thread.join(_WAIT_SECS)  # the interrupt may have come before the statement
