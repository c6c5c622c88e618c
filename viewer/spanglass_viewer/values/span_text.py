"""A whole span as text to paste elsewhere: its row as JSON, or Markdown for an LLM."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from spanglass_viewer.format.durations import format_duration
from spanglass_viewer.format.moments import format_absolute
from spanglass_viewer.format.quantities import format_bytes
from spanglass_viewer.format.text import span_name
from spanglass_viewer.values.decode import NotJson, decode_json
from spanglass_viewer.values.pretty import fenced, pretty_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spanglass_store.database.records import SpanRecord
    from spanglass_viewer.trace.references import LargeValue

_LOGGED_FIELDS = ("input", "output", "expected", "error", "scores", "metadata", "metrics", "span_attributes", "context")
_MARKDOWN_FIELDS = (("error", "Error"), ("input", "Input"), ("output", "Output"), ("expected", "Expected"),
                    ("scores", "Scores"), ("metadata", "Metadata"), ("metrics", "Metrics"))  # fmt: skip
_MAX_MARKDOWN_FIELD_CHARS = 20_000


def span_as_json(record: SpanRecord, large: Mapping[str, LargeValue] | None = None) -> str:
    """Return the span's merged row as one JSON object; the logged fields stand in it as they were logged.

    In the place of `large` ones stands what they are.
    """
    texts = {name: getattr(record, name) for name in _LOGGED_FIELDS} | _stand_ins(large)
    scalars = {
        "id": record.id,
        "span_id": record.span_id,
        "root_span_id": record.root_span_id,
        "span_parents": list(record.span_parents) or None,
        "project_id": record.project_id,
        "project_name": record.project_name,
        "experiment_id": record.experiment_id,
        "tags": list(record.tags) or None,
    }
    members = [
        f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in scalars.items() if value
    ]
    members += [f'"{name}": {text}' for name, text in texts.items() if text is not None]
    extra = (record.extra or "").strip()
    if extra.startswith("{") and extra[1:-1].strip():
        members.append(extra[1:-1].strip())
    return "{" + ", ".join(members) + "}"


def span_as_markdown(record: SpanRecord, large: Mapping[str, LargeValue] | None = None) -> str:
    """Return the span as Markdown, long fields cut, in fences that their own text cannot close; `large` as above."""
    stand_ins = _stand_ins(large)
    duration = None
    if record.start_us is not None and record.end_us is not None:
        duration = (record.end_us - record.start_us) / 1e6
    facts = [f"type {record.type or 'span'}", f"started {format_absolute(record.start_us or record.created_us)}",
             f"took {format_duration(duration)}", f"span {record.span_id}", f"trace {record.root_span_id}"]  # fmt: skip
    parts = [f"# Span `{span_name(record.name, 200)}`", ", ".join(facts)]
    for name, title in _MARKDOWN_FIELDS:
        text = stand_ins.get(name, getattr(record, name))
        if isinstance(text, str) and text not in {"null", "{}", "[]", '""'}:
            parts.append(f"## {title}\n\n{_fenced(text)}")
    return "\n\n".join(parts) + "\n"


def _stand_ins(large: Mapping[str, LargeValue] | None) -> dict[str, str]:
    return {
        name: json.dumps(f"({format_bytes(value.size_bytes)}, left out here)") for name, value in (large or {}).items()
    }


def _fenced(json_text: str) -> str:
    try:
        value = decode_json(json_text)
    except NotJson:
        value = json_text
    shown, language = (value, "text") if isinstance(value, str) else (pretty_json(value), "json")
    if len(shown) > _MAX_MARKDOWN_FIELD_CHARS:
        shown = (
            f"{shown[:_MAX_MARKDOWN_FIELD_CHARS]}\n… ({len(shown) - _MAX_MARKDOWN_FIELD_CHARS:,} characters left out)"
        )
    return fenced(shown, language)
