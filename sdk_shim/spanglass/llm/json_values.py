"""JSON as APIs hand it over: models of a client's package, objects that may be missing, JSON inside text."""

from __future__ import annotations

from typing import Any, cast

import orjson

from spanglass.conversion import convert

JsonObject = dict[str, Any]


def dump_model(value: Any) -> JsonObject:
    """Return the fields of a pydantic model that are not None, or a dict as it is; {} for what is no object."""
    return as_object(value if isinstance(value, dict) else convert(value))


def as_object(value: Any) -> JsonObject:
    """Return the value where it is an object, else {}."""
    return cast("JsonObject", value) if isinstance(value, dict) else {}


def list_objects(value: Any) -> list[JsonObject]:
    """Return the objects of a list; none where it is no list."""
    return [item for item in cast("list[Any]", value) if isinstance(item, dict)] if isinstance(value, list) else []


def without_nulls(value: Any) -> Any:
    """Return JSON without the fields that are null, as `dump_model` leaves them out."""
    if isinstance(value, dict):
        return {name: without_nulls(item) for name, item in as_object(value).items() if item is not None}
    return [without_nulls(item) for item in cast("list[Any]", value)] if isinstance(value, list) else value


def parse_text(value: Any) -> Any:
    """Return the object or list that a text holds as JSON, or the value itself where it holds none."""
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return orjson.loads(value)
    except ValueError:
        return value
