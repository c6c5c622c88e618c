"""Makes the tables of a new store, recognises those of an older or newer one."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from spanglass_store.database import engine, statements
from spanglass_store.faults import StoreFault, UnknownFormat

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def prepare(
    connection: engine.DuckDBPyConnection,
    path: Path,
    connect: Callable[[], engine.DuckDBPyConnection],
    *,
    is_read_only: bool,
) -> engine.DuckDBPyConnection:
    """Return a connection to tables of the present format: made, migrated, or as they are.

    Migrating closes the connection first, copies the file, and calls `connect` for a new one.
    Raises UnknownFormat for a newer format (nothing is touched) and StoreFault for a file that is not ours.
    """
    found = _read_format(connection, path)
    if found is None:
        if is_read_only:
            raise StoreFault("There is nothing to open: the store has no tables yet.", path)
        _create(connection)
        return connection
    if found > statements.FORMAT:
        sentence = f"The tables have format {found}, written by a newer Spanglass; this one reads up to"
        raise UnknownFormat(f"{sentence} {statements.FORMAT}. Nothing was touched; update Spanglass to open it.", path)
    if found == statements.FORMAT:
        return connection
    if is_read_only:
        raise StoreFault("The tables are of an older Spanglass and may not be written; nothing was touched.", path)
    connection.execute("CHECKPOINT")
    connection.close()
    shutil.copyfile(path, path.with_suffix(f".format{found}.duckdb"))
    connection = connect()
    _migrate(connection, found)
    return connection


def are_missing(connection: engine.DuckDBPyConnection) -> bool:
    """Tell whether the file has no tables at all, as a new one."""
    return _read_meta(connection) is None and not _list_tables(connection)


def _read_format(connection: engine.DuckDBPyConnection, path: Path) -> int | None:
    """Return the format of the tables, or None for a file without any."""
    rows = _read_meta(connection)
    if rows is None and not _list_tables(connection):
        return None
    if not rows:
        raise StoreFault("The file holds tables that are not Spanglass's; it was left alone.", path)
    return int(rows[0][0])


def _read_meta(connection: engine.DuckDBPyConnection) -> list[tuple[Any, ...]] | None:
    """Return the rows of the table that has the format, None where it is not there.

    Asked before the list of tables, which takes a new connection twenty times as long, as long as opening the file.
    """
    try:
        # Read to its end: half read it keeps its transaction open, and then no commit of this connection's can
        # checkpoint.
        return connection.execute("SELECT format FROM meta").fetchall()
    except (engine.CatalogException, engine.BinderException):
        return None


def _list_tables(connection: engine.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()


def _create(connection: engine.DuckDBPyConnection) -> None:
    connection.begin()
    for statement in statements.schema():
        connection.execute(statement)
    connection.execute("INSERT INTO meta VALUES (?, 0)", [statements.FORMAT])
    connection.commit()


def _migrate(connection: engine.DuckDBPyConnection, found: int) -> None:
    """Take the tables from one format to the next until they are of the present one, all or nothing."""
    connection.begin()
    for to_format in range(found + 1, statements.FORMAT + 1):
        connection.execute(statements.migration(to_format))
    for view in statements.views():
        connection.execute(view)
    connection.execute("UPDATE meta SET format = ?", [statements.FORMAT])
    connection.commit()
