"""What a program may log: misuse raises ValueError at the call, where it can be mended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

# Set by the SDK when it makes a span; in a later call they would move or rename it.
_RESERVED = frozenset({"id", "span_id", "root_span_id", "span_parents", "created", "project_id", "experiment_id"})


def checked_event(event: dict[str, Any]) -> dict[str, Any]:
    """Return the event's fields that are to be logged: those given, without the reserved ones.

    Raises ValueError for scores, metrics, metadata, tags or span_attributes of the wrong shape.
    """
    if "inputs" in event:
        event = _without_old_spelling(event)
    for name, check in _CHECKS.items():
        if name in event and event[name] is not None:
            event[name] = check(event[name])
    return {name: value for name, value in event.items() if value is not None and name not in _RESERVED}


def check_full_event(event: Mapping[str, Any]) -> None:
    """Raise ValueError unless the event has what a row of an experiment needs: input, output and scores."""
    for name in ("input", "output", "scores"):
        if event.get(name) is None:
            raise ValueError(f"{name} must be specified")


def _without_old_spelling(event: dict[str, Any]) -> dict[str, Any]:
    inputs = event.pop("inputs")
    if inputs is None:
        return event
    if event.get("input") is not None:
        raise ValueError("only one of input and inputs (deprecated) can be specified; prefer input")
    return {**event, "input": inputs}


def _checked_scores(scores: object) -> dict[str, float | None]:
    checked: dict[str, float | None] = {}
    for name, score in _string_keys(scores, "scores").items():
        if score is not None and not isinstance(score, int | float):
            raise ValueError(f"scores must be numbers, not {type(score).__name__}: {name!r}")
        if score is not None and not 0 <= score <= 1:
            raise ValueError(f"scores must be between 0 and 1: {name!r}")
        checked[name] = int(score) if isinstance(score, bool) else score
    return checked


def _checked_metrics(metrics: object) -> dict[str, float]:
    checked = _string_keys(metrics, "metrics")
    for name, value in checked.items():
        if not isinstance(value, int | float):
            raise ValueError(f"metrics must be numbers, not {type(value).__name__}: {name!r}")  # noqa: TRY004 - ValueError for all misuse
    return checked


def _checked_metadata(metadata: object) -> dict[str, Any]:
    return _string_keys(metadata, "metadata")


def _checked_attributes(attributes: object) -> dict[str, Any]:
    return _string_keys(attributes, "span_attributes")


def _checked_tags(tags: object) -> list[str]:
    if isinstance(tags, str) or not isinstance(tags, list | tuple | set | frozenset):
        raise ValueError("tags must be a list of strings")  # noqa: TRY004 - ValueError for all misuse
    checked = list(cast("list[Any]", tags))
    if not all(isinstance(tag, str) for tag in checked):
        raise ValueError("tags must be strings")
    if len(set(checked)) != len(checked):
        raise ValueError("tags must not be repeated")
    return checked


def _string_keys(value: object, field: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{field} must be a dictionary, not {type(value).__name__}")  # noqa: TRY004 - ValueError for all misuse
    mapping = cast("Mapping[Any, Any]", value)
    if not all(isinstance(name, str) for name in mapping):
        raise ValueError(f"the keys of {field} must be strings")
    return dict(mapping)


_CHECKS = {
    "scores": _checked_scores,
    "metrics": _checked_metrics,
    "metadata": _checked_metadata,
    "tags": _checked_tags,
    "span_attributes": _checked_attributes,
}
