"""The beginning of a stranger's Parquet file as text, read by an engine that may open this one file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spanglass_store.database import engine
from spanglass_store.database.statements import query

if TYPE_CHECKING:
    from pathlib import Path

_MEMORY = "600MB"


class UnreadableParquet(Exception):  # noqa: N818 - it names the file, not the failure
    """The file is no Parquet file, or a damaged one; its text says what is wrong, in a few words."""


@dataclass(frozen=True, slots=True)
class ParquetHead:
    """The first rows as text (empty for NULL), the names and types of their columns, and the whole's size."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    row_count: int
    column_count: int


def read_parquet_head(path: Path, *, max_rows: int, max_columns: int, max_cell_chars: int) -> ParquetHead:
    """Read the first rows and columns. Raises UnreadableParquet."""
    options: dict[str, str | bool | int | float | list[str]] = {
        "threads": "1",
        "memory_limit": _MEMORY,
        "autoinstall_known_extensions": "false",
    }
    try:
        with engine.connect(config=options) as connection:
            connection.execute("SET allowed_paths = $paths", {"paths": [str(path)]})
            connection.execute("SET enable_external_access = false")
            named = {"path": str(path)}
            described = connection.execute(query("describe_parquet"), named).fetchall()
            counted = connection.execute(query("count_parquet"), named).fetchone()
            read = connection.execute(query("read_parquet_head"), {**named, "max_rows": max_rows}).fetchall()
    except engine.Error as fault:
        raise UnreadableParquet(str(fault).partition("\n")[0][:120]) from None
    shown = described[:max_columns]
    rows = tuple(tuple("" if cell is None else cell[:max_cell_chars] for cell in row[:max_columns]) for row in read)
    return ParquetHead(
        columns=tuple(column[0] for column in shown),
        types=tuple(str(column[1]).lower() for column in shown),
        rows=rows,
        row_count=counted[0] if counted else 0,
        column_count=len(described),
    )
