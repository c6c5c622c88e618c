"""What a decoder answers, and its way through a pipe: one line of JSON, then the bytes that belong to it.

The other end of the pipe has read a stranger's file and is believed nothing: every length is checked against the bytes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from spanglass_viewer.values.decode import JsonValue

_MAX_HEADER_BYTES = 64_000_000
_MAX_PAYLOAD_BYTES = 700_000_000
_MAX_SIDE_PX = 65_535
_MAX_TEXTS = 2_000_000
_MOST = 2**40  # of whatever is counted
_BYTES_A_PIXEL = 4
BYTES_A_BOX = 16  # left, top, right, bottom as 32-bit floats
_BYTES_A_SAMPLE = 4  # two channels of 16 bits


class DecoderFault(Exception):  # noqa: N818 - it names what is wrong with the file
    """A file cannot be shown; its text is a sentence without its full stop."""


@dataclass(frozen=True, slots=True)
class Picture:
    """RGBA pixels, row after row; `full` is the whole image's (width, height), `facts` what else is known of the file.

    A mask's colour means nothing: it is to be drawn in the reader's own.
    """

    width: int
    height: int
    pixels: bytes
    full: tuple[int, int]
    facts: tuple[str, ...] = ()
    is_mask: bool = False


@dataclass(frozen=True, slots=True)
class Animation:
    """Frames of one size, each RGBA, one after the other in `pixels`; `is_cut`: there are more than these."""

    width: int
    height: int
    durations_ms: tuple[int, ...]
    pixels: bytes
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a document: its picture, its text, and a box in pixels of the picture for each character."""

    picture: Picture
    number: int
    text: str
    boxes: bytes


@dataclass(frozen=True, slots=True)
class Hits:
    """Where a text was found: (page, first character, characters) each."""

    places: tuple[tuple[int, int, int], ...]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Outline:
    """What is known of a document or stream before any of it is shown; sizes in points or pixels, times in seconds."""

    facts: tuple[str, ...]
    sizes: tuple[tuple[float, float], ...] = ()
    length_secs: float = 0.0
    frame_secs: float = 0.0
    has_sound: bool = False
    has_pictures: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Peaks:
    """A waveform: the loudest of each stretch, 0 to 255."""

    levels: bytes


@dataclass(frozen=True, slots=True)
class Sound:
    """Samples of two channels, 16 bits each, 48,000 a second; `is_end`: nothing follows."""

    samples: bytes
    is_end: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame of a video and the second at which it is shown; no picture where the video has ended."""

    at_secs: float
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class TextHead:
    """The beginning of a text; `is_cut`: it goes on."""

    text: str
    facts: tuple[str, ...]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class TableHead:
    """The beginning of a table; `types` says of each column what it holds, empty where nobody knows."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    facts: tuple[str, ...]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class ValueOutline:
    """What a logged value is ("object", "list", "text"), and the columns of the table that it can be shown as."""

    shape: str
    members: int
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Members:
    """Some members of a value, and how many there are in all.

    `counts` says how many members each has itself, -1 for a text that looks as if it had some.
    """

    keys: tuple[str, ...]
    kinds: tuple[str, ...]
    previews: tuple[str, ...]
    counts: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A page of a text as UTF-8; `end` is where the next one begins, in the measure in which `total` is the whole."""

    data: bytes
    end: int
    total: int

    @property
    def text(self) -> str:
        """The page as text."""
        return self.data.decode(errors="replace")


@dataclass(frozen=True, slots=True)
class Places:
    """Where a text stands in a value: the places of members from the top down, in a text the character."""

    places: tuple[tuple[int, ...], ...]
    is_cut: bool


Answer = (
    Picture | Animation | Page | Hits | Outline | Peaks | Sound | Frame | TextHead | TableHead
    | ValueOutline | Members | Passage | Places
)  # fmt: skip
_Header = dict[str, "JsonValue"]


def write_answer(pipe: BinaryIO, answer: Answer | DecoderFault) -> None:
    """Send an answer, or what is wrong."""
    header, payload = _to_wire(answer)
    header["bytes"] = len(payload)
    pipe.write(json.dumps(header).encode() + b"\n")
    pipe.write(payload)
    pipe.flush()


def read_answer(pipe: BinaryIO) -> Answer:
    """Receive an answer. Raises DecoderFault where the decoder tells one, EOFError where it has ended.

    What makes no sense raises ValueError.
    """
    line = pipe.readline(_MAX_HEADER_BYTES)
    if not line.endswith(b"\n"):
        raise EOFError
    header: JsonValue = json.loads(line)
    if not isinstance(header, dict):
        raise ValueError("no object")  # noqa: TRY004 - damage of any kind is one fault to the caller
    size_bytes = _integer(header, "bytes", _MAX_PAYLOAD_BYTES)
    payload = pipe.read(size_bytes) if size_bytes else b""
    if len(payload) != size_bytes:
        raise EOFError
    return _from_wire(header, payload)


def _to_wire(answer: Answer | DecoderFault) -> tuple[_Header, bytes]:
    if isinstance(answer, DecoderFault):
        return {"kind": "fault", "sentence": str(answer)[:400]}, b""
    fields = {name: getattr(answer, name) for name in type(answer).__slots__}
    header: _Header = {"kind": type(answer).__name__}
    payload = b""
    if isinstance(answer, Page):
        picture, payload = _to_wire(answer.picture)
        header |= {"picture": picture, "number": answer.number, "text": answer.text}
        return header | {"boxes": len(answer.boxes)}, payload + answer.boxes
    if isinstance(answer, Frame):
        if answer.picture is not None:
            header["picture"], payload = _to_wire(answer.picture)
        return header | {"at_secs": answer.at_secs}, payload
    for name, value in fields.items():
        if isinstance(value, bytes):
            payload = value
        else:
            header[name] = value
    return header, payload


def _from_wire(header: _Header, payload: bytes) -> Answer:
    kind = header.get("kind")
    if kind == "fault":
        raise DecoderFault(_text(header, "sentence"))
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise ValueError("an unknown answer")
    return reader(header, payload)


def _picture(header: _Header, payload: bytes) -> Picture:
    width, height = _integer(header, "width", _MAX_SIDE_PX), _integer(header, "height", _MAX_SIDE_PX)
    if not width or not height or len(payload) != width * height * _BYTES_A_PIXEL:
        raise ValueError("pixels are missing")
    full = _numbers(header.get("full"))
    whole = (int(full[0]), int(full[1])) if len(full) == 2 else (width, height)
    return Picture(width, height, payload, whole, _texts(header.get("facts")), header.get("is_mask") is True)


def _animation(header: _Header, payload: bytes) -> Animation:
    width, height = _integer(header, "width", _MAX_SIDE_PX), _integer(header, "height", _MAX_SIDE_PX)
    durations = tuple(max(0, int(number)) for number in _numbers(header.get("durations_ms")))
    if not durations or not width or not height or len(payload) != width * height * _BYTES_A_PIXEL * len(durations):
        raise ValueError("frames are missing")
    return Animation(width, height, durations, payload, header.get("is_cut") is True)


def _page(header: _Header, payload: bytes) -> Page:
    inner, text = header.get("picture"), _text(header, "text")
    boxes_bytes = _integer(header, "boxes", len(payload))
    if not isinstance(inner, dict) or boxes_bytes != len(text) * BYTES_A_BOX:
        raise ValueError("a page without its picture or its boxes")
    split = len(payload) - boxes_bytes
    picture = _picture(inner, payload[:split])
    return Page(picture, _integer(header, "number", 1_000_000), text, payload[split:])


def _hits(header: _Header, payload: bytes) -> Hits:  # noqa: ARG001 - one signature for all
    places: list[tuple[int, int, int]] = []
    for place in _list(header.get("places")):
        numbers = _numbers(place)
        if len(numbers) == 3:
            places.append((int(numbers[0]), int(numbers[1]), int(numbers[2])))
    return Hits(tuple(places), header.get("is_cut") is True)


def _outline(header: _Header, payload: bytes) -> Outline:  # noqa: ARG001 - as above
    sizes = tuple((pair[0], pair[1]) for pair in map(_numbers, _list(header.get("sizes"))) if len(pair) == 2)
    return Outline(
        facts=_texts(header.get("facts")),
        sizes=sizes,
        length_secs=_seconds(header, "length_secs"),
        frame_secs=_seconds(header, "frame_secs"),
        has_sound=header.get("has_sound") is True,
        has_pictures=header.get("has_pictures") is True,
        note=_text(header, "note"),
    )


def _peaks(header: _Header, payload: bytes) -> Peaks:  # noqa: ARG001 - as above
    return Peaks(payload)


def _sound(header: _Header, payload: bytes) -> Sound:
    if len(payload) % _BYTES_A_SAMPLE:
        raise ValueError("half a sample")
    return Sound(payload, header.get("is_end") is True)


def _frame(header: _Header, payload: bytes) -> Frame:
    inner = header.get("picture")
    return Frame(_seconds(header, "at_secs"), _picture(inner, payload) if isinstance(inner, dict) else None)


def _text_head(header: _Header, payload: bytes) -> TextHead:  # noqa: ARG001 - as above
    return TextHead(_text(header, "text"), _texts(header.get("facts")), header.get("is_cut") is True)


def _table_head(header: _Header, payload: bytes) -> TableHead:  # noqa: ARG001 - as above
    columns = _texts(header.get("columns"))
    rows = tuple(_texts(row) for row in _list(header.get("rows")))
    if any(len(row) != len(columns) for row in rows):
        raise ValueError("rows of several lengths")
    facts, is_cut = _texts(header.get("facts")), header.get("is_cut") is True
    return TableHead(columns, _texts(header.get("types")), rows, facts, is_cut)


def _value_outline(header: _Header, payload: bytes) -> ValueOutline:  # noqa: ARG001 - as above
    return ValueOutline(_text(header, "shape"), _integer(header, "members", _MOST), _texts(header.get("columns")))


def _members(header: _Header, payload: bytes) -> Members:  # noqa: ARG001 - as above
    keys, kinds, previews = (_texts(header.get(name)) for name in ("keys", "kinds", "previews"))
    counts = tuple(int(count) for count in _numbers(header.get("counts")))
    if not len(keys) == len(kinds) == len(previews) == len(counts):
        raise ValueError("members of several lengths")
    return Members(keys, kinds, previews, counts, _integer(header, "total", _MOST))


def _passage(header: _Header, payload: bytes) -> Passage:
    return Passage(payload, _integer(header, "end", _MOST), _integer(header, "total", _MOST))


def _places(header: _Header, payload: bytes) -> Places:  # noqa: ARG001 - as above
    places = tuple(tuple(int(step) for step in _numbers(place)) for place in _list(header.get("places")))
    return Places(places, header.get("is_cut") is True)


_READERS = {
    "Picture": _picture, "Animation": _animation, "Page": _page, "Hits": _hits, "Outline": _outline, "Peaks": _peaks,
    "Sound": _sound, "Frame": _frame, "TextHead": _text_head, "TableHead": _table_head, "ValueOutline": _value_outline,
    "Members": _members, "Passage": _passage, "Places": _places,
}  # fmt: skip


def _integer(header: _Header, name: str, largest: int) -> int:
    value = header.get(name)
    if not isinstance(value, int) or not 0 <= value <= largest:
        raise ValueError(f"{name} is out of bounds")
    return value


def _seconds(header: _Header, name: str) -> float:
    value = header.get(name, 0.0)
    if not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise ValueError(f"{name} is out of bounds")
    return float(value)


def _text(header: _Header, name: str) -> str:
    value = header.get(name, "")
    if not isinstance(value, str):
        raise ValueError(f"{name} is no text")  # noqa: TRY004 - damage of any kind is one fault to the caller
    return value


def _list(value: JsonValue) -> list[JsonValue]:
    return value[:_MAX_TEXTS] if isinstance(value, list) else []


def _texts(value: JsonValue) -> tuple[str, ...]:
    return tuple(part for part in _list(value) if isinstance(part, str))


def _numbers(value: JsonValue) -> tuple[float, ...]:
    return tuple(part for part in _list(value) if isinstance(part, int | float))
