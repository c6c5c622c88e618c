"""A logged field read for the pane, beside the UI: its value, how it is shown, the media in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spanglass_viewer.values.decode import AT_ONCE_CHARS, JsonValue, NotJson, decode_json
from spanglass_viewer.values.media import may_hold_media
from spanglass_viewer.values.metrics import present_metrics
from spanglass_viewer.values.presentation import Block, present

if TYPE_CHECKING:
    from spanglass_store.database.records import SpanRecord
    from spanglass_viewer.values.media import MediaItem, MediaResolver

FIELD_OF_TITLE = {"Input": "input", "Output": "output", "Expected": "expected", "Metadata": "metadata",
                  "Metrics": "metrics", "Context": "context"}  # fmt: skip
_ROWS_FIRST = ("Metadata", "Context")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a JSON text says; a text that is no JSON stands for itself."""

    text: str
    value: JsonValue
    block: Block
    media: tuple[MediaItem, ...]


def read_value(title: str, text: str, value: JsonValue, resolver: MediaResolver) -> Reading:
    """Return how a card of this title shows a value that was decoded from a text."""
    media = tuple(resolver.iter_media(value)) if may_hold_media(text) else ()
    return Reading(text, value, present_field(title, value, resolver), media)


def read_text(title: str, text: str, resolver: MediaResolver) -> Reading:
    """Return how a card of this title shows a JSON text."""
    try:
        value = decode_json(text)
    except NotJson:  # shown as it is: better odd than missing
        value = text
    return read_value(title, text, value, resolver)


def read_fields(record: SpanRecord, resolver: MediaResolver) -> dict[str, Reading]:
    """Return the readings of a span's fields by their cards' titles; what is large is left to those who need it."""
    texts = {title: getattr(record, field) for title, field in FIELD_OF_TITLE.items()}
    return {
        title: read_text(title, text, resolver)
        for title, text in texts.items()
        if isinstance(text, str) and len(text) <= AT_ONCE_CHARS
    }


def present_field(title: str, value: JsonValue, resolver: MediaResolver) -> Block:
    """Decide how a card of this title shows a value."""
    if title == "Metrics" and (rows := present_metrics(value)) is not None:
        return rows
    return present(value, resolver, prefers_rows=title in _ROWS_FIRST)
