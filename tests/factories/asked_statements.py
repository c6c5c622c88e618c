"""What the tables are asked: the statements of all cursors, in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spanglass_store.database.connection import Cursor

if TYPE_CHECKING:
    import pytest


def listen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list to which the statements of all that follows are added."""
    asked: list[str] = []
    execute = Cursor.rows

    def note(self: Cursor, sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        asked.append(sql)
        return execute(self, sql, parameters)

    monkeypatch.setattr(Cursor, "rows", note)
    return asked
