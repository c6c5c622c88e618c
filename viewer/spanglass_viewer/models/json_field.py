"""From the field of a link, such as `output.choices.0`, to the path of a value in the tree, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spanglass_store.links.addresses import BadAddress, checked_field
from spanglass_viewer.models.json_tree import Inside
from spanglass_viewer.values.decode import AT_ONCE_CHARS, NotJson, decode_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spanglass_viewer.models.json_tree import JsonPath
    from spanglass_viewer.values.decode import JsonValue


def find_path(value: JsonValue, words: Sequence[str]) -> JsonPath | None:
    """Return the path that the words of a link lead to, also into JSON that is written in a text; None for none."""
    path: list[str | int | Inside] = []
    for word in words:
        if isinstance(value, str):
            value = _read_inside(value)
            path.append(Inside.TEXT)
        if isinstance(value, dict) and word in value:
            path.append(word)
            value = value[word]
        elif isinstance(value, list) and word.isascii() and word.isdigit() and int(word) < len(value):
            path.append(int(word))
            value = value[int(word)]
        else:
            return None
    return tuple(path)


def field_of_path(title: str, path: JsonPath) -> str | None:
    """Return the field of a link that leads to a value of a card; None where a key on the way has no place in one."""
    words = [title.lower(), *(str(key) for key in path if not isinstance(key, Inside))]
    try:
        return None if any("." in word for word in words) else checked_field(".".join(words))
    except BadAddress:
        return None


def _read_inside(text: str) -> JsonValue:
    try:
        return decode_json(text) if len(text) <= AT_ONCE_CHARS else None
    except NotJson:
        return None
