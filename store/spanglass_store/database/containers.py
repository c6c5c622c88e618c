"""The projects and experiments that traces are logged into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_store.database.records import ContainerRecord
from spanglass_store.database.statements import query

if TYPE_CHECKING:
    from spanglass_store.database.connection import Cursor

MAX_SCORE_NAMES = 50


def list_containers(cursor: Cursor) -> list[ContainerRecord]:
    """Return each project and each experiment with the number of its traces, those that were used last first.

    A project's own line counts the traces outside of its experiments.
    """
    return [ContainerRecord(*row) for row in cursor.rows(query("list_containers"))]


def list_score_names(cursor: Cursor) -> list[str]:
    """Return the names of the scores that were logged lately, the most frequent first."""
    return [name for name, _uses in cursor.rows(query("list_score_names"), {"limit": MAX_SCORE_NAMES})]
