"""A logged value of megabytes: its tree member by member, its text page by page, what stands in it where."""

from __future__ import annotations

import sys
from collections import OrderedDict
from typing import TYPE_CHECKING, BinaryIO

from spanglass_viewer.decoders.answers import DecoderFault, Members, Passage, Places, TableHead, ValueOutline
from spanglass_viewer.decoders.document import integer
from spanglass_viewer.values.decode import JsonValue, NotJson, decode_json
from spanglass_viewer.values.json_nodes import kind_of_value, preview_value, seems_json
from spanglass_viewer.values.pretty import pretty_json
from spanglass_viewer.values.readable_text import readable_text
from spanglass_viewer.values.records import Records, cell_text, find_records
from spanglass_viewer.values.text_hits import iter_text_hits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from spanglass_viewer.decoders.answers import Answer
    from spanglass_viewer.decoders.document import Wish

PAGE_CHARS = 128_000  # what a view lays out within a frame or two
MAX_MEMBERS = 1000
MAX_HITS = 5000
MAX_ROWS = 1000
_MOST_COPIED_CHARS = 8_000_000
_KEPT_CONTAINERS = 64
_LONGEST_CHAR_BYTES = 4
_UNKNOWN_MEMBERS = -1  # a text that looks like JSON: nobody has counted


class JsonValueFile:
    """The JSON text of one value. Parts of it are named by the places of members: `[3, 0]` is the fourth's first.

    A text that holds JSON is gone into as if it were what it holds.
    """

    def __init__(self, file: BinaryIO, format_name: str) -> None:  # noqa: ARG002 - one signature for all
        self._file = file
        self._value: JsonValue = None
        self._is_read = False
        self._members: OrderedDict[int, list[tuple[str, JsonValue]]] = OrderedDict()
        self._unpacked: dict[int, JsonValue] = {}
        self._readable: str | None = None
        self._sorted: tuple[tuple[int, bool], list[int]] | None = None
        self.wishes: dict[str, Callable[[Wish], Answer]] = {
            "outline": self._outline,
            "members": self._list_members,
            "text": self._read_text,
            "raw": self._read_raw,
            "copy": self._copy,
            "find": self._find,
            "place": self._find_place,
            "rows": self._list_rows,
        }

    def _outline(self, wish: Wish) -> ValueOutline:  # noqa: ARG002 - as above
        value = self._read()
        records = find_records(value)
        shape = "object" if isinstance(value, dict) else "list" if isinstance(value, list) else "text"
        members = len(value) if isinstance(value, dict | list) else 0
        return ValueOutline(shape, members, () if records is None else records.columns)

    def _list_members(self, wish: Wish) -> Members:
        members = self._members_of(self._at(wish))
        start = max(0, integer(wish, "start"))
        shown = members[start : min(start + MAX_MEMBERS, integer(wish, "stop", len(members)))]
        return Members(
            keys=tuple(key for key, _ in shown),
            kinds=tuple(kind_of_value(value).value for _, value in shown),
            previews=tuple(preview_value(value) for _, value in shown),
            counts=tuple(_count(value) for _, value in shown),
            total=len(members),
        )

    def _read_text(self, wish: Wish) -> Passage:
        """Read a page of a text, or of a value as text to read."""
        value = self._at(wish)
        if not isinstance(value, str):
            self._readable = self._readable if self._readable is not None else readable_text(value)
            value = self._readable
        start = min(max(0, integer(wish, "start")), len(value))
        end = min(start + min(PAGE_CHARS, integer(wish, "count", PAGE_CHARS)), len(value))
        return Passage(value[start:end].encode(errors="replace"), end, len(value))

    def _read_raw(self, wish: Wish) -> Passage:
        """Read a page of the JSON text itself, by bytes: also where it is no JSON that can be read."""
        size = self._file.seek(0, 2)
        self._file.seek(min(max(0, integer(wish, "start")), size))
        start = self._file.tell()
        data = self._file.read(PAGE_CHARS)
        whole = data if start + len(data) == size else _without_cut_char(data)
        return Passage(whole, start + len(whole), size)

    def _copy(self, wish: Wish) -> Passage:
        value = self._at(wish)
        text = pretty_json(value) if not isinstance(value, str) else value
        if len(text) > _MOST_COPIED_CHARS:
            raise DecoderFault(f"It is too large to be copied ({len(text):,} characters)")
        return Passage(text.encode(errors="replace"), len(text), len(text))

    def _find(self, wish: Wish) -> Places:
        needle = str(wish.get("needle", ""))
        value = self._read()
        found: list[tuple[int, ...]] = []
        places = (
            ((at,) for at in iter_text_hits(value, needle)) if isinstance(value, str) else _iter_hits(value, needle)
        )
        for place in places:
            if len(found) == MAX_HITS:
                return Places(tuple(found), is_cut=True)
            found.append(place)
        return Places(tuple(found), is_cut=False)

    def _find_place(self, wish: Wish) -> Places:
        """Find the part that names lead to: keys of objects, numbers of items."""
        value, places = self._read(), list[int]()
        words = wish.get("words", [])
        for word in words if isinstance(words, list) else []:
            members = self._members_of(value)
            place = next((place for place, (key, _) in enumerate(members) if key == word), None)
            if place is None:
                raise DecoderFault("The value has no such part")
            places.append(place)
            value = members[place][1]
        return Places((tuple(places),), is_cut=False)

    def _list_rows(self, wish: Wish) -> TableHead:
        records = find_records(self._read())
        if records is None:
            raise DecoderFault("It is no table")
        order = self._order(records, integer(wish, "column", -1), is_descending=wish.get("is_descending") is True)
        start = max(0, integer(wish, "start"))
        stop = min(start + MAX_ROWS, integer(wish, "stop", start + MAX_ROWS), len(records.rows))
        rows = tuple(
            tuple(
                cell_text(records.cell(row, column)) if records.has_cell(row, column) else ""
                for column in range(len(records.columns))
            )
            for row in (order[start:stop] if order is not None else range(start, stop))
        )
        return TableHead(records.columns, (), rows, (str(len(records.rows)),), is_cut=records.has_more_columns)

    def _order(self, records: Records, column: int, *, is_descending: bool) -> list[int] | None:
        if not 0 <= column < len(records.columns):
            return None
        wanted = (column, is_descending)
        if self._sorted is None or self._sorted[0] != wanted:
            self._sorted = (wanted, records.sorted_rows(column, is_descending=is_descending))
        return self._sorted[1]

    def _read(self) -> JsonValue:
        if not self._is_read:
            self._file.seek(0)
            try:
                self._value = decode_json(self._file.read().decode(errors="replace"))
            except NotJson as fault:
                raise DecoderFault(f"It cannot be read as JSON ({fault})") from None
            self._is_read = True
        return self._value

    def _at(self, wish: Wish) -> JsonValue:
        """Return what stands at a wish's path. Raises DecoderFault where there is nothing."""
        value = self._read()
        path = wish.get("path", [])
        for place in path if isinstance(path, list) else []:
            members = self._members_of(value)
            if not isinstance(place, int) or not 0 <= place < len(members):
                raise DecoderFault("There is no such part")
            value = members[place][1]
        return value

    def _members_of(self, value: JsonValue) -> list[tuple[str, JsonValue]]:
        """Return a container's members by their names; kept for a while, as an object of 300,000 is listed in pages."""
        known = self._members.get(id(value))
        if known is not None:
            self._members.move_to_end(id(value))
            return known
        held = self._unpack(value) if isinstance(value, str) else value
        if isinstance(held, dict):
            members = list(held.items())
        elif isinstance(held, list):
            members = [(str(place), member) for place, member in enumerate(held)]
        else:
            return []
        self._members[id(value)] = members
        if len(self._members) > _KEPT_CONTAINERS:
            self._members.popitem(last=False)
        return members

    def _unpack(self, text: str) -> JsonValue:
        if id(text) not in self._unpacked:
            try:
                self._unpacked[id(text)] = decode_json(text) if seems_json(text) else None
            except NotJson:
                self._unpacked[id(text)] = None
        return self._unpacked[id(text)]


def load() -> None:
    """Let a value be nested as deeply as Python's scanner goes."""
    sys.setrecursionlimit(10_000)


def _count(value: JsonValue) -> int:
    if isinstance(value, dict | list):
        return len(value)
    return _UNKNOWN_MEMBERS if isinstance(value, str) and seems_json(value) else 0


def _iter_hits(value: JsonValue, needle: str) -> Iterator[tuple[int, ...]]:
    """Yield the places of names and scalars that hold a text, in whatever case, from the top down."""
    wanted = needle.casefold()
    waiting: list[tuple[tuple[int, ...], str, JsonValue]] = [((), "", value)]
    while waiting:
        places, name, node = waiting.pop()
        is_named = wanted in name.casefold()
        if isinstance(node, dict | list):
            if is_named and places:
                yield places
            named = node.items() if isinstance(node, dict) else (("", member) for member in node)
            members = [((*places, place), key, member) for place, (key, member) in enumerate(named)]
            waiting.extend(reversed(members))
        elif is_named or wanted in (node if isinstance(node, str) else pretty_json(node)).casefold():
            yield places


def _without_cut_char(data: bytes) -> bytes:
    """Return UTF-8 without the beginning of a character at its end."""
    for length in range(1, min(_LONGEST_CHAR_BYTES, len(data)) + 1):
        if data[-length] & 0xC0 != 0x80:  # the first byte of a character
            try:
                data[-length:].decode()
            except UnicodeDecodeError:
                return data[:-length]
            return data
    return data
