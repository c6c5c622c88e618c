"""A value as text to read: names with their values, one below the other, and texts with their own line breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_viewer.values.pretty import compact_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spanglass_viewer.values.decode import JsonValue

_INDENT = "  "
_MAX_DEPTH = 60
_MAX_CHARS = 2_000_000


def readable_text(value: JsonValue) -> str:
    """Return a text as it is; of anything else its members, those that are long or have lines below their names.

    Past two million characters the rest is left out, and the text says so.
    """
    if isinstance(value, str):
        return value
    lines: list[str] = []
    chars = 0
    for line in _iter_lines(value, 0):
        chars += len(line) + 1
        if chars > _MAX_CHARS:
            lines.append("… (the rest is left out here; Raw JSON has it)")
            break
        lines.append(line)
    return "\n".join(lines)


def _iter_lines(value: JsonValue, depth: int) -> Iterator[str]:
    pad = _INDENT * depth
    if not isinstance(value, dict | list) or not value or depth > _MAX_DEPTH:
        yield from _scalar_lines(value, pad)
        return
    named = value.items() if isinstance(value, dict) else ((f"[{place}]", member) for place, member in enumerate(value))
    for name, member in named:
        is_short = not isinstance(member, dict | list) or not member
        if isinstance(member, str) and "\n" in member:
            yield f"{pad}{name}:"
            yield from _scalar_lines(member, pad + _INDENT)
        elif is_short:
            yield f"{pad}{name}: {member if isinstance(member, str) else compact_json(member)}"
        else:
            yield f"{pad}{name}:"
            yield from _iter_lines(member, depth + 1)


def _scalar_lines(value: JsonValue, pad: str) -> Iterator[str]:
    text = value if isinstance(value, str) else compact_json(value) if _is_shallow(value) else "…"
    for line in text.split("\n"):
        yield f"{pad}{line}"


def _is_shallow(value: JsonValue) -> bool:
    return not isinstance(value, dict | list) or not value
