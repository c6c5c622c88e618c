"""The SQL by name: `schema/<name>.sql` in the order of `schema/_order`, and `queries/<name>.sql`."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

FORMAT = 6  # of the tables; the migration to format n is `schema/migrations/<n>.sql`

_HERE = files("spanglass_store.database")
_VIEW_PREFIX = "v_"


@cache
def query(name: str) -> str:
    """Return the text of `queries/<name>.sql`. Raises FileNotFoundError for a name that is not there."""
    return (_HERE / "queries" / f"{name}.sql").read_text("utf-8")


def read_queries() -> None:
    """Read the texts of all queries, for who cannot wait for a file later."""
    for file in (_HERE / "queries").iterdir():
        query(file.name.removesuffix(".sql"))


def repeated_in(spans: str) -> str:
    """Return the text of a query for what spans log again; `spans` names the query of the part of the table to read."""
    return query("repeated_amounts").format(spans=query(spans))


def schema() -> list[str]:
    """Return the statements that make the tables and views, in their order."""
    return [_schema_text(name) for name in _names_in_order()]


def views() -> list[str]:
    """Return the statements that make the views alone, anew where they are there."""
    return [_schema_text(name) for name in _names_in_order() if name.startswith(_VIEW_PREFIX)]


def _names_in_order() -> list[str]:
    return (_HERE / "schema" / "_order").read_text("utf-8").split()


def _schema_text(name: str) -> str:
    text = (_HERE / "schema" / f"{name}.sql").read_text("utf-8")
    if "{repeated}" in text:
        text = text.replace("{repeated}", repeated_in("every_span"))
    return text


def migration(to_format: int) -> str:
    """Return the script that takes a store from the format before `to_format` to it."""
    return (_HERE / "schema" / "migrations" / f"{to_format:04d}.sql").read_text("utf-8")


@cache
def span_column_names() -> tuple[str, ...]:
    """Return the columns of `spans` in the order in which the appender wants them."""
    text = (_HERE / "schema" / "spans.sql").read_text("utf-8")
    return tuple(re.findall(r"^    (\w+) [A-Z]", text, re.MULTILINE))
