"""Values that are tables: lists of objects, as rows and columns; and how their cells compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spanglass_viewer.values.pretty import compact_json

if TYPE_CHECKING:
    from spanglass_viewer.values.decode import JsonValue

    JsonObject = dict[str, JsonValue]

MAX_COLUMNS = 60
_LOOKED_AT_ROWS = 1000
_CELL_CHARS = 300
_LEAST_SHARE = 0.9  # of the members must be objects: a stray null is no reason to refuse the rest

# numbers before texts before the rest, what is missing last
_NUMBER, _TEXT, _REST, _MISSING = range(4)


@dataclass(frozen=True, slots=True)
class Records:
    """A list of objects: the names of its columns in the order in which they first come, and its rows."""

    columns: tuple[str, ...]
    rows: list[JsonValue]
    has_more_columns: bool = False

    def cell(self, row: int, column: int) -> JsonValue:
        """Return the value of a cell; None where there is none."""
        record = self.rows[row]
        return record.get(self.columns[column]) if isinstance(record, dict) else None

    def has_cell(self, row: int, column: int) -> bool:
        """Tell whether a row has a value in a column, be it null."""
        record = self.rows[row]
        return isinstance(record, dict) and self.columns[column] in record

    def sorted_rows(self, column: int, *, is_descending: bool) -> list[int]:
        """Return the numbers of the rows in the order of a column; what has no value comes last either way."""
        name = self.columns[column]
        found: list[tuple[int, float | str, int]] = []
        missing: list[int] = []
        for number, record in enumerate(self.rows):
            rank, key = _sort_key(record.get(name) if isinstance(record, dict) else None)
            if rank == _MISSING:
                missing.append(number)
            else:
                found.append((rank, key, number))
        found.sort(key=lambda entry: (entry[0], entry[1]), reverse=is_descending)  # stable, and of one type a rank
        return [number for *_, number in found] + missing


def find_records(value: JsonValue) -> Records | None:
    """Return the table that a value is, or that an object of one member holds; None where it is none."""
    if isinstance(value, dict) and len(value) == 1:
        value = next(iter(value.values()))
    if not isinstance(value, list) or not value:
        return None
    looked_at = value[:_LOOKED_AT_ROWS]
    records = [member for member in looked_at if isinstance(member, dict)]
    if len(records) < _LEAST_SHARE * len(looked_at):
        return None
    columns = list(dict.fromkeys(name for record in records for name in record))
    if not columns:
        return None
    return Records(tuple(columns[:MAX_COLUMNS]), value, has_more_columns=len(columns) > MAX_COLUMNS)


def cell_text(value: JsonValue) -> str:
    """Return a cell in one line, cut."""
    if isinstance(value, str):
        return value[:_CELL_CHARS]
    if isinstance(value, dict | list) and len(value) > MAX_COLUMNS:
        return f"{len(value):,} members"
    return compact_json(value)[:_CELL_CHARS]


def _sort_key(value: JsonValue) -> tuple[int, float | str]:
    if value is None:
        return _MISSING, ""
    if isinstance(value, bool | int | float):
        try:
            return _NUMBER, float(value)
        except OverflowError:
            return _NUMBER, float("inf")
    return (_TEXT, value.casefold()) if isinstance(value, str) else (_REST, cell_text(value))
