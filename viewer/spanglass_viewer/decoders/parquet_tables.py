"""Parquet as a table, read by the store's own engine with all doors but this one file shut."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from spanglass_store.database.parquet_head import UnreadableParquet, read_parquet_head
from spanglass_viewer.decoders.answers import DecoderFault, TableHead
from spanglass_viewer.decoders.plain_text import MAX_CELL_CHARS, MAX_COLUMNS, MAX_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable

    from spanglass_viewer.decoders.answers import Answer
    from spanglass_viewer.decoders.document import Wish


class ParquetFile:
    """One Parquet file."""

    def __init__(self, file: BinaryIO, format_name: str) -> None:  # noqa: ARG002 - one signature for all
        self._path = Path(f"/dev/fd/{file.fileno()}")
        self.wishes: dict[str, Callable[[Wish], Answer]] = {"table": self._read}

    def _read(self, wish: Wish) -> TableHead:  # noqa: ARG002 - as above
        try:
            head = read_parquet_head(
                self._path, max_rows=MAX_ROWS, max_columns=MAX_COLUMNS, max_cell_chars=MAX_CELL_CHARS
            )
        except UnreadableParquet as fault:
            raise DecoderFault(f"The table cannot be read ({fault})") from None
        facts = (f"{head.row_count:,} rows", f"{head.column_count:,} columns")
        is_cut = head.row_count > len(head.rows) or head.column_count > len(head.columns)
        return TableHead(head.columns, head.types, head.rows, facts, is_cut)


def load() -> None:
    """Load nothing more: the engine is loaded with this module."""
