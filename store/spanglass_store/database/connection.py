"""Opens the database file under `merge.lock`, lets it go, and opens it anew after a fault."""

from __future__ import annotations

import contextlib
import errno
import math
import os
import re
import threading
import time
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, cast

from spanglass_store.database import engine, tables
from spanglass_store.database.records import QueryResult
from spanglass_store.database.recovery import Recovery, damage_fault, is_damage, log_path, set_aside, set_aside_log
from spanglass_store.database.repeated_amounts import RepetitionMemory
from spanglass_store.database.store_lock import StoreLock
from spanglass_store.faults import DamagedLog, DamagedTables, Interrupted, StoreBusy, StoreFault, UnknownFormat
from spanglass_store.journal.kept import KeptJournal

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence
    from pathlib import Path

DATABASE_FILE = "traces.duckdb"

_CHECKPOINT_THRESHOLD = "32MB"
# A second thread takes longer to wake than it helps where a statement is done in some milliseconds. What reads a whole
# store asks for it, and keeps it for a while: to go from one to the other costs some milliseconds, too.
FEW_THREADS, MANY_THREADS = 1, 2
MANY_THREADS_SECS = 2.0
# max_vacuum_tasks: its stalls took 3.4 to 3.9 s. Extensions: offline, looking for one costs seconds.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": str(FEW_THREADS),
    "memory_limit": "1GB",
    "max_vacuum_tasks": "0",
    "checkpoint_threshold": _CHECKPOINT_THRESHOLD,
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    # This one turns each plan into bytes to find a part that is there twice: all values that an update writes, too.
    "disabled_optimizers": "common_subplan",
}
# After these the connection may be invalid, and with it everything that was not committed.
_ENVIRONMENT_ERRORS = (
    engine.IOException,
    engine.FatalException,
    engine.InternalException,
    engine.OutOfMemoryException,
    engine.ConnectionException,
    engine.SerializationException,
    engine.TransactionException,  # a commit that found the disk full
)


_MAX_APPENDERS = 50  # that a cursor keeps: batches differ in the columns that they change
# What DuckDB says in many words where a file of the user's own cannot be written.
_WRITE_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS, errno.ENOENT, errno.EISDIR)

_READING = frozenset({engine.StatementType.SELECT, engine.StatementType.EXPLAIN, engine.StatementType.RELATION})


_INTERRUPTED_BY_SIGNAL = "Query interrupted"  # DuckDB's binding swallows the KeyboardInterrupt that it noticed


class QueryFailed(ValueError):  # noqa: N818 - it names what happened to the query
    """A query that a user wrote is not one, or would change something; the text says why."""


@dataclass(slots=True)
class _Threads:
    """How many threads DuckDB works with, which is one setting for all cursors of a database."""

    count: int = FEW_THREADS
    many_asked_at: float = -math.inf


class Cursor:
    """Reads and writes the tables for one thread; handed out by `Database.cursor()`."""

    def __init__(
        self, cursor: engine.DuckDBPyConnection, store: Path, repetitions: RepetitionMemory, threads: _Threads
    ) -> None:
        self._cursor = cursor
        self._threads = threads
        self.store = store
        self.repetitions = repetitions
        self.is_bulk = False  # set by a transaction that writes tens of megabytes
        self._statements: dict[str, engine.Statement] = {}
        self._appenders: dict[tuple[str, ...], engine.Appender] = {}

    def rows(self, sql: str, parameters: dict[str, Any] | Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
        """Return all rows that a statement gives."""
        return self._cursor.execute(self._read(sql), parameters).fetchall()

    def row(self, sql: str, parameters: dict[str, Any] | Sequence[Any] | None = None) -> tuple[Any, ...] | None:
        """Return the first row that a statement gives, or None."""
        rows = self.rows(sql, parameters)  # to the end: half read, a statement keeps its transaction open
        return rows[0] if rows else None

    def use_many_threads(self) -> None:
        """Let DuckDB work with all threads that it may have: what follows reads or writes much."""
        self._threads.many_asked_at = time.monotonic()
        self._set_threads(MANY_THREADS)

    def use_few_threads(self) -> None:
        """Let DuckDB work with one thread again, unless somebody asked for many a moment ago."""
        if time.monotonic() - self._threads.many_asked_at >= MANY_THREADS_SECS:
            self._set_threads(FEW_THREADS)

    def _set_threads(self, count: int) -> None:
        if self._threads.count != count:
            self.rows(f"SET threads = {count}")
            self._threads.count = count

    def _read(self, sql: str) -> engine.Statement | str:
        """Return a statement as the parser read it, which it does once for a cursor; several at once stay text."""
        statement = self._statements.get(sql)
        if statement is None:
            statements = self._cursor.extract_statements(sql)
            if len(statements) != 1:
                return sql
            statement = self._statements[sql] = statements[0]
        return statement

    def read_only(self, sql: str) -> QueryResult:
        """Return what somebody else's query gives, which may not change anything. Raises QueryFailed."""
        self.use_many_threads()
        self._cursor.execute("BEGIN TRANSACTION READ ONLY")
        try:
            # one statement alone: a second one could follow a COMMIT, and write
            statements = self._cursor.extract_statements(sql)
            if len(statements) != 1 or statements[0].type not in _READING:
                raise QueryFailed("Only one statement that reads can be asked: SELECT, FROM, DESCRIBE or EXPLAIN.")
            rows = self._cursor.execute(statements[0]).fetchall()
            described = self._cursor.description or ()
            json_columns = frozenset(place for place, column in enumerate(described) if str(column[1]) == "JSON")
            return QueryResult(tuple(str(column[0]) for column in described), rows, json_columns)
        except engine.Error as error:
            is_of_file = isinstance(error, engine.IOException) and str(self.store) not in str(error)
            is_of_query = is_of_file or isinstance(error, engine.TransactionException)  # which tried to write
            is_fatal = isinstance(error, (*_ENVIRONMENT_ERRORS, engine.InterruptException)) and not is_of_query
            if is_fatal or is_damage(error):
                raise
            raise QueryFailed(str(error)) from error
        finally:
            with contextlib.suppress(engine.Error):
                self._cursor.execute("ROLLBACK")

    def columns(self, sql: str, parameters: dict[str, Any] | Sequence[Any] | None = None) -> dict[str, Any]:
        """Return the columns of a statement as numpy arrays, by name; masked arrays where there are NULLs."""
        return cast("dict[str, Any]", self._cursor.execute(sql, parameters).fetchnumpy())  # pyright: ignore[reportUnknownMemberType] - DuckDB's stub leaves it open

    def write_parquet(self, path: Path, sql: str, parameters: dict[str, Any]) -> None:
        """Write what a statement gives into a Parquet file. Raises OSError where it cannot be written."""
        import duckdb  # noqa: F401, PLC0415 # pyright: ignore[reportUnusedImport] - it teaches connections `sql`

        self.use_many_threads()
        with _writing(path):
            self._cursor.sql(sql, params=parameters).write_parquet(str(path), compression="zstd")

    def write_csv(self, path: Path, sql: str, parameters: dict[str, Any]) -> None:
        """Write what a statement gives into a CSV file with a header. Raises OSError where it cannot be written."""
        import duckdb  # noqa: F401, PLC0415 # pyright: ignore[reportUnusedImport] - as above

        self.use_many_threads()
        with _writing(path):
            self._cursor.sql(sql, params=parameters).write_csv(str(path), header=True)

    def write_bytes(self, path: Path, sql: str, parameters: dict[str, Any]) -> None:
        """Write the bytes that a statement gives into a file as they are. Raises OSError where it cannot be written."""
        quoted = str(path).replace("'", "''")
        with _writing(path):
            self._cursor.execute(f"COPY ({sql}) TO '{quoted}' (FORMAT BLOB)", parameters)

    def append(self, table: str, rows: Iterable[tuple[Any, ...]], columns: Sequence[str] | None = None) -> None:
        """Append rows to a table; each has a value for every column, in the table's order, or for those named."""
        name = (table, *columns) if columns is not None else (table,)
        appender = self._appenders.get(name)
        if appender is None:
            chosen = None if columns is None else [*columns]
            appender = self._keep_appender(name, self._cursor.appender(table, columns=chosen))
        appender.append_rows(rows)
        appender.flush()

    def _keep_appender(self, name: tuple[str, ...], appender: engine.Appender) -> engine.Appender:
        if len(self._appenders) >= _MAX_APPENDERS:
            self._appenders.clear()
        self._appenders[name] = appender
        return appender

    def update(self, table: str, keys: list[str], columns: list[str], rows: Iterable[tuple[Any, ...]]) -> None:
        """Set columns of the rows that have these keys' values; each of `rows` has the keys' values first."""
        name = ("update", table, *keys, *columns)
        appender = self._appenders.get(name)
        if appender is None:
            appender = self._cursor.appender(table, columns=[*keys, *columns], action="update", key=keys)
            self._keep_appender(name, appender)
        appender.append_rows(rows)
        appender.flush()

    def close(self) -> None:
        """Give the cursor up; what an append that failed has left is dropped."""
        for appender in self._appenders.values():
            with contextlib.suppress(engine.Error):
                appender.clear()
        self._appenders.clear()
        self._cursor.close()

    def interrupt(self) -> None:
        """Cancel the statement that runs, from any thread; it raises `Interrupted` in its own."""
        self._cursor.interrupt()


@contextlib.contextmanager
def _telling_interrupts() -> Generator[None]:
    """Let a statement that was cancelled leave as Interrupted."""
    try:
        yield
    except engine.InterruptException as error:
        raise Interrupted from error
    except RuntimeError as error:
        if str(error) != _INTERRUPTED_BY_SIGNAL:
            raise
        raise Interrupted from error


@contextlib.contextmanager
def _writing(path: Path) -> Generator[None]:
    """Tell a file of the user's own that cannot be written from the tables' faults."""
    try:
        yield
    except engine.IOException as error:
        text = str(error)
        for code in _WRITE_ERRORS:
            if os.strerror(code) in text:
                raise OSError(code, os.strerror(code), str(path)) from error
        if str(path) in text:
            raise OSError(None, text.splitlines()[0], str(path)) from error
        raise


class Database:
    """The tables of one store, opened when first needed and let go on request. Safe to share by threads.

    `generation` grows with every opening: what was read from the tables before may be outdated then, as another
    process may have merged meanwhile. `commits` grows with every transaction of this one. `recovery` says what the
    last opening that found damage did about it.
    """

    def __init__(
        self,
        store: Path,
        *,
        is_read_only: bool = False,
        timeout_secs: float = 0.0,
        sets_damage_aside: bool = True,
        memory_mb: int | None = None,
    ) -> None:
        """`timeout_secs` is how long an opening waits for another process that holds the file.

        `memory_mb` is what DuckDB may take, 1,000 MB by default; it takes all of it where much is written.

        Without `sets_damage_aside` damaged tables stay where they are, and opening them raises DamagedTables.
        """
        self.store = store
        self.path = store / DATABASE_FILE
        self.is_read_only = is_read_only
        self.timeout_secs = timeout_secs
        self._config = _CONFIG if memory_mb is None else {**_CONFIG, "memory_limit": f"{memory_mb}MB"}
        self.recovery: Recovery | None = None
        self._sets_damage_aside = sets_damage_aside and not is_read_only
        self.generation = 0
        self.commits = 0
        self._lock = StoreLock(store)
        self._guard = threading.RLock()
        self._connection: engine.DuckDBPyConnection | None = None
        self._threads = _Threads()
        self._cursors: list[Cursor] = []
        # Kept from one transaction to the next, with its statements and appenders: making them anew took a small
        # batch a seventh of its time.
        self._writer: Cursor | None = None
        # What `interrupt` cancels. Its guard is held for moments: opening and replacing the file hold the other one.
        self._running: list[Cursor | engine.DuckDBPyConnection] = []
        self._running_guard = threading.Lock()
        self._is_lent = False
        self._is_suspect = False
        self._pid = os.getpid()
        self._look: tuple[int, ...] | None = None
        self._repetitions = RepetitionMemory()

    def is_changed_elsewhere(self) -> bool:
        """Tell whether the closed file was changed by another process since this one let it go."""
        return self._connection is None and self._look != self._look_at_file()

    @property
    def is_open(self) -> bool:
        """Tell whether this process holds the file."""
        return self._connection is not None

    def cursor(self) -> contextlib.AbstractContextManager[Cursor]:
        """Give a cursor for the calling thread; the file stays open until the last one is given back.

        Raises StoreBusy while another process holds the file, UnknownFormat for a newer store, DamagedTables,
        StoreFault where the disk or a permission is in the way, and Interrupted where the query was cancelled.
        """
        return self._lend()

    @contextlib.contextmanager
    def _lend(self, *, is_writer: bool = False) -> Generator[Cursor]:
        cursor = self._take_cursor(is_writer=is_writer)
        try:
            with _telling_interrupts():
                if self._cursors == [cursor]:  # to have fewer would wait for what the others run
                    cursor.use_few_threads()
                yield cursor
        except engine.Error as error:
            if not isinstance(error, _ENVIRONMENT_ERRORS) and not is_damage(error):
                raise
            self._is_suspect = True
            raise _fault(error, self.path) from error
        finally:
            self._give_back(cursor, is_writer=is_writer)

    @contextlib.contextmanager
    def transaction(self) -> Generator[Cursor]:
        """Yield a cursor whose statements take effect together, or not at all. Raises as `cursor` does."""
        with self._lend(is_writer=True) as cursor:
            cursor.rows("BEGIN")
            try:
                yield cursor
                if cursor.is_bulk:
                    self._commit_into_file(cursor)
                else:
                    cursor.rows("COMMIT")
                with self._guard:
                    self.commits += 1
            except BaseException:
                self._is_suspect = True
                with contextlib.suppress(engine.Error):
                    cursor.rows("ROLLBACK")
                raise

    def _commit_into_file(self, cursor: Cursor) -> None:
        """Commit by a checkpoint, so that much at once is written into the file alone, and not into the log before."""
        cursor.rows("SET checkpoint_threshold = '1KB'")
        try:
            cursor.rows("COMMIT")
        finally:
            with contextlib.suppress(engine.Error):  # after a failed commit the connection goes
                cursor.rows(f"SET checkpoint_threshold = '{_CHECKPOINT_THRESHOLD}'")

    def let_go(self) -> bool:
        """Close the file so that others may open it; return False where it is still in use in this process."""
        with self._guard:
            if self._cursors or self._is_lent:
                return False
            if self._connection is not None and not self.is_read_only and not self._is_suspect:
                self._checkpoint(self._connection)
            self._close()
            return True

    def close(self) -> None:
        """Cancel what runs and let the file go; a later `cursor()` opens it again."""
        self.interrupt()
        self.let_go()

    def interrupt(self) -> None:
        """Cancel all statements that run, whichever thread asks; one that is just beginning takes no note of it."""
        with self._running_guard:
            for connection in self._running:
                connection.interrupt()

    @contextlib.contextmanager
    def interruptible(self, connection: engine.DuckDBPyConnection) -> Generator[None]:
        """Let `interrupt` cancel what runs on a connection of the caller's own, too; it leaves as Interrupted."""
        with self._running_guard:
            self._running.append(connection)
        try:
            with _telling_interrupts():
                yield
        finally:
            self._forget_running(connection)

    def _forget_running(self, connection: Cursor | engine.DuckDBPyConnection) -> None:
        with self._running_guard:
            if connection in self._running:
                self._running.remove(connection)

    def _take_cursor(self, *, is_writer: bool) -> Cursor:
        with self._guard:
            if self._pid != os.getpid():
                self._leave_to_parent()
            if self._is_lent:
                raise StoreBusy("The store's tables are being written anew; try again in a moment.", self.path)
            if self._is_suspect and not self._cursors:
                self._close()
            if self._connection is None:
                self._connection, self._threads = self._open(), _Threads()
                self.generation += 1
            cursor = None
            if is_writer:
                cursor, self._writer = self._writer, None
            cursor = cursor or Cursor(self._connection.cursor(), self.store, self._repetitions, self._threads)
            self._cursors.append(cursor)
        with self._running_guard:
            self._running.append(cursor)
        return cursor

    def _give_back(self, cursor: Cursor, *, is_writer: bool) -> None:
        self._forget_running(cursor)
        with self._guard:
            if cursor in self._cursors:
                self._cursors.remove(cursor)
            if is_writer and self._writer is None and not (cursor.is_bulk or self._is_suspect):
                self._writer = cursor
            else:
                cursor.close()
            if self._is_suspect and not self._cursors:
                self._close()

    def _open(self) -> engine.DuckDBPyConnection:
        self._acquire_lock()
        try:
            try:
                return self._open_tables()
            except DamagedTables as fault:
                if not self._sets_damage_aside:
                    raise
                return self._open_without(fault)
        except OSError as error:
            self._lock.release()
            reason = (error.strerror or str(error)).lower()
            raise StoreFault(f"The store's tables cannot be rebuilt: {reason}. Nothing was lost.", self.path) from error
        except BaseException:
            self._lock.release()
            raise

    def _open_tables(self, damaged: Path | None = None) -> engine.DuckDBPyConnection:
        connection = self._connect()
        try:
            if not self.is_read_only and tables.are_missing(connection):
                # before the tables are made: cut short here, the next opening goes on with what is left
                given_back = KeptJournal(self.store, 0).give_back()
                if damaged is not None or given_back:
                    self.recovery = Recovery("tables", damaged, given_back)
            return tables.prepare(connection, self.path, self._connect, is_read_only=self.is_read_only)
        except engine.Error as error:
            connection.close()
            if not is_damage(error):
                raise
            raise damage_fault(error, self.path) from error
        except BaseException:
            connection.close()
            raise

    def _open_without(self, fault: DamagedTables) -> engine.DuckDBPyConnection:
        if not isinstance(fault, DamagedLog):
            return self._open_tables(damaged=set_aside(self.path))
        # Given back before: cut short between the two, the next opening finds the damage once more.
        given_back = KeptJournal(self.store, 0).give_back()
        self.recovery = Recovery("log", set_aside_log(self.path), given_back)
        return self._open_tables()

    @contextlib.contextmanager
    def closed_file(self) -> Generator[Path]:
        """Yield the path of the file, closed, while nobody else may open it: to put another one in its place.

        Raises StoreBusy while another process holds it, or a cursor of this one. Other threads find it busy meanwhile.
        """
        with self._guard:
            if not self.let_go():
                raise _busy(self.path)
            self._acquire_lock()
            self._is_lent = True
        try:
            yield self.path
        finally:
            with self._guard:
                self._is_lent = False
                self._lock.release()

    def _acquire_lock(self) -> None:
        try:
            is_held = self._lock.acquire(is_shared=self.is_read_only, timeout_secs=self.timeout_secs)
        except FileNotFoundError:
            if self.is_read_only and self.path.exists():
                return  # a store on a read-only disk that nobody has merged into by lock: nobody can now
            sentence = "There is nothing to open: the store has no tables yet."
            if not self.path.exists():
                sentence = "The store is not there any more: it was moved, or deleted."
            raise StoreFault(sentence, self.path) from None
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise StoreFault(f"The store cannot be opened: {reason}. Nothing was changed.", self.store) from error
        if not is_held:
            raise _busy(self.path)

    def _connect(self) -> engine.DuckDBPyConnection:
        is_new = not self.is_read_only and not self.path.exists()
        try:
            connection = engine.connect(str(self.path), read_only=self.is_read_only, config=self._config)
        except engine.Error as error:
            fault = _open_fault(error, self.path)
            if is_new and not isinstance(fault, StoreBusy):
                with contextlib.suppress(OSError):  # on a full disk it has no bytes, and would pass for a damaged one
                    self.path.unlink()
            raise fault from error
        with contextlib.suppress(OSError):
            if not self.is_read_only:
                self.path.chmod(0o600)  # traces hold secrets; DuckDB makes its file readable by all
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        return connection

    def _checkpoint(self, connection: engine.DuckDBPyConnection) -> None:
        # Without it the next opening reads the log first; where it fails the log still has everything.
        with contextlib.suppress(engine.Error):
            connection.execute("CHECKPOINT")

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        writer, self._writer = self._writer, None
        self._is_suspect = False
        if writer is not None:
            writer.close()
        if connection is not None:
            with contextlib.suppress(engine.Error):
                connection.close()
            self._look = self._look_at_file()
        self._lock.release()

    def _look_at_file(self) -> tuple[int, ...]:
        """Return what `stat` says of the file and its log; opening it here would drop DuckDB's lock."""
        look: list[int] = []
        for path in (self.path, log_path(self.path)):
            with contextlib.suppress(OSError):
                stat = path.stat()
                look += (stat.st_mtime_ns, stat.st_size)
        return tuple(look)

    def _leave_to_parent(self) -> None:
        """No connection crosses a fork: DuckDB would hand the child the parent's, without its lock."""
        self._lock.forget()
        if self._connection is not None:
            _inherited.extend((self._connection, self._writer))
            self._connection = self._writer = None
        raise StoreFault(
            "This process was forked from one that had the store open; open it in a new process.", self.path
        )


def may_write(store: Path) -> bool:
    """Tell whether the tables of a store can be written, or made; a read-only disk says no, too."""
    file = store / DATABASE_FILE
    return os.access(store, os.W_OK) and (not file.exists() or os.access(file, os.W_OK))


# Connections that belong to a parent process: closing one here would write to a file that is not ours.
_inherited: list[engine.DuckDBPyConnection | Cursor | None] = []


def _busy(path: Path, holder: str | None = None) -> StoreBusy:
    who = "Another program" if holder is None else f"Another program, {holder},"
    return StoreBusy(f"{who} holds the store's tables; nothing is lost, try again in a moment.", path)


def _holder_of(text: str) -> str | None:
    """Return which program holds a file, where DuckDB says so."""
    found = _HOLDER.search(text)
    return None if found is None else f"{PurePath(found['program']).name} (process {found['pid']})"


_HOLDER = re.compile(r"held in (?P<program>.+) \(PID (?P<pid>\d+)\)")


def _open_fault(error: engine.Error, path: Path) -> StoreFault:
    text = str(error)
    if "Could not set lock" in text or "being used by another process" in text:
        return _busy(path, _holder_of(text))
    if "version number" in text:
        return UnknownFormat("The tables were written by a newer DuckDB. Nothing was touched; update Spanglass.", path)
    return _fault(error, path)


def _fault(error: engine.Error, path: Path) -> StoreFault:
    return damage_fault(error, path) if is_damage(error) else StoreFault(_sentence(error), path)


def _sentence(error: engine.Error) -> str:
    text = str(error)
    if "No space left" in text:
        return "The disk is full. What was logged is safe in the journal; make room and it will be merged."
    if "Permission denied" in text:
        return "The store's tables may not be opened: permission denied. Nothing was changed."
    return f"The store's tables cannot be used ({text.splitlines()[0][:300]}). The journal keeps what is logged."
