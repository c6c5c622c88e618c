"""One trace as Markdown: an outline, then each span with what it was given and gave, bounded in size."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from spanglass_store.database.records import UNNAMED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spanglass_store.database.records import SpanRecord

MAX_CHARS = 60_000
_LEAST_VALUE_CHARS = 200
_MAX_NAME_CHARS = 120
_VALUES = ("error", "input", "output", "expected", "scores", "metadata")
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)  # noqa: UP017 - reads as what it is
_FENCE = re.compile(r"`{3,}")
_MARKUP = re.compile(r"([\\`*\[\]<>#|]|(?<![^\W_])_|_(?![^\W_]))")  # within a word an underscore is one


def trace_markdown(spans: Sequence[SpanRecord], max_chars: int = MAX_CHARS, tokens: int | None = None) -> str:
    """Return a trace (its spans in the order of their starts) in about `max_chars` characters.

    `tokens` is what the trace used: the sum over its spans counts twice what wrappers log again.
    What has to give way are the middles of long values, then the last spans; each cut says how much it took.
    """
    ordered = list(_iter_preorder(spans))
    heading = _heading(spans, tokens)
    outline = "\n".join(_outline_line(span, depth) for span, depth in ordered)
    outline = _cut_end(outline, max_chars // 3)
    left = max_chars - len(heading) - len(outline)
    frames = sum(len(_section(number, span, 0)) + 1 for number, (span, _) in enumerate(ordered, 1))
    value_chars = max(_LEAST_VALUE_CHARS, (left - frames) // max(1, sum(map(_count_values, spans))))
    sections = [_section(number, span, value_chars) for number, (span, _) in enumerate(ordered, 1)]
    while value_chars < left:  # short values leave their share to the long ones
        value_chars *= 2
        wider = [_section(number, span, value_chars) for number, (span, _) in enumerate(ordered, 1)]
        if sum(map(len, wider)) > left:
            break
        sections = wider
    return f"{heading}\n{outline}\n\n{_fit(sections, left)}"


def _fit(sections: list[str], max_chars: int) -> str:
    taken: list[str] = []
    for number, section in enumerate(sections):
        max_chars -= len(section) + 1
        if max_chars < 0:
            taken.append(f"*{len(sections) - number} more spans are left out.*\n")
            break
        taken.append(section)
    return "\n".join(taken)


def _iter_preorder(spans: Sequence[SpanRecord]) -> Iterator[tuple[SpanRecord, int]]:
    """Yield each span once, below its first parent that is there; those that have none at the top."""
    known = {span.span_id for span in spans}
    children: dict[str, list[SpanRecord]] = {}
    tops: list[SpanRecord] = []
    for span in spans:
        named = () if span.span_parents[:1] == (span.span_id,) else span.span_parents
        parent = next((parent for parent in named if parent in known and parent != span.span_id), None)
        if parent is not None:
            children.setdefault(parent, []).append(span)
        else:
            tops.append(span)
    seen: set[str] = set()
    for top in [*tops, *spans]:  # spans that are each other's parents have no top
        waiting = [(top, 0)]
        while waiting:
            span, depth = waiting.pop()
            if span.id not in seen:
                seen.add(span.id)
                yield span, depth
                waiting += [(child, depth + 1) for child in reversed(children.get(span.span_id, []))]


def _heading(spans: Sequence[SpanRecord], tokens: int | None) -> str:
    root = next((span for span in spans if not span.span_parents), spans[0])
    facts = [f"{len(spans):,} {'span' if len(spans) == 1 else 'spans'}", _duration(root), _iso(root.start_us)]
    if errors := sum(span.is_error for span in spans):
        facts.insert(1, f"{errors} with an error")
    tokens = sum(span.tokens or 0 for span in spans) if tokens is None else tokens
    if tokens:
        facts.append(f"{tokens:,} tokens")
    facts.append(f"project {_plain(root.project_name)}" if root.project_name else "")
    return f"# {_plain(root.name) or UNNAMED}\n\nTrace `{root.root_span_id}`: {', '.join(filter(None, facts))}\n"


def _outline_line(span: SpanRecord, depth: int) -> str:
    return f"{'  ' * min(depth, 20)}- {_title(span)}"


def _title(span: SpanRecord) -> str:
    facts = [span.type or "", span.model or "", _duration(span), f"{span.tokens:,} tokens" if span.tokens else ""]
    mark = " **error**" if span.is_error else " *interrupted*" if span.is_interrupted else ""
    said = ", ".join(_plain(fact) for fact in facts if fact)
    return f"{_plain(span.name) or UNNAMED}{f' ({said})' if said else ''}{mark}"


def _section(number: int, span: SpanRecord, value_chars: int) -> str:
    parts = [f"## {number}. {_title(span)}\n"]
    for name in _VALUES:
        text = getattr(span, name)
        if text is not None:
            parts.append(f"**{name}**\n\n{_fenced(*_readable(text), value_chars)}\n")
    return "\n".join(parts)


def _count_values(span: SpanRecord) -> int:
    return sum(getattr(span, name) is not None for name in _VALUES)


def _readable(text: str) -> tuple[str, str]:
    """Return a logged value as people read it, and the language of its block."""
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        return text, "json"
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode(), ""
    try:
        return json.dumps(value, indent=1, ensure_ascii=False).encode("utf-8", "replace").decode(), "json"
    except RecursionError:
        return text, "json"


def _fenced(text: str, language: str, max_chars: int) -> str:
    text = _cut_middle(text, max_chars)
    fence = "`" * max(3, 1 + max(map(len, _FENCE.findall(text)), default=0))
    return f"{fence}{language}\n{text}\n{fence}"


def _cut_middle(text: str, max_chars: int) -> str:
    """Keep both ends: a prompt says at its end what is asked, a traceback what was raised."""
    if len(text) <= max_chars:
        return text
    begin, end = max_chars * 2 // 3, max_chars // 3
    return f"{text[:begin]}\n… {len(text) - begin - end:,} characters left out …\n{text[len(text) - end :]}"


def _cut_end(text: str, max_chars: int) -> str:
    if len(text) <= max_chars:
        return text
    kept = text[: text.rfind("\n", 0, max_chars)]
    return f"{kept}\n- … {text.count(chr(10)) - kept.count(chr(10)):,} more"


def _plain(text: str) -> str:
    """Return a name that Markdown leaves alone, on one line."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split())[:_MAX_NAME_CHARS])


def _duration(span: SpanRecord) -> str:
    if span.start_us is None or span.end_us is None:
        return "" if span.is_interrupted else "running"
    secs = (span.end_us - span.start_us) / 1e6
    return f"{secs:.2f} s" if secs >= 1 else f"{secs * 1000:.0f} ms"


def _iso(time_us: int | None) -> str:
    return "" if time_us is None else (_EPOCH + timedelta(microseconds=time_us)).isoformat(timespec="seconds")
