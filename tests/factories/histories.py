"""Random histories of spans, as programs and foreign writers log them: plain ones and every odd one we know of."""

from __future__ import annotations

import json
import os
import uuid
from typing import TYPE_CHECKING, Any

from spanglass_store.journal.lines import encode_line
from spanglass_store.journal.names import segment_name

if TYPE_CHECKING:
    import random
    from pathlib import Path

START_MS = 1_795_000_000_000
NS_PER_MS = 1_000_000

TEXTS = (
    "", "plain", "two  spaces\nand\ta line", " round ", "naïve café ☕ 🎉", '"quoted" \\ back', "\u2028sep\u00a0nbsp",
    "x" * 1500, "word " * 300, "é" * 250, "a" * 199 + " b", "a" * 200 + "  b", "tail   ", "\x1f\x00\x7f",
    "/slash", '{"type": "braintrust_attachment"}',
)  # fmt: skip
UPDATES = (0, 1, 2, 3, 3, 4, 5, 7)  # of a span; beyond five they go through the fold in Python
NUMBERS = (0, 1, -1, 1.5, 0.1, 1e300, 1e22, 1e-7, 5e-324, 2**53 + 1, 2**63 - 1, -(2**63), 2**64 - 1, -0.0, 1e16)


class History:
    """Makes lines; `oddity` is the share of rows with something that the plain way does not take.

    With `is_shuffled` a few spans have their rows out of order, and a few rows come twice.
    """

    def __init__(self, chance: random.Random, oddity: float, *, is_shuffled: bool = False) -> None:
        self._chance = chance
        self._is_shuffled = is_shuffled
        self._oddity = oddity
        self._clock = START_MS * NS_PER_MS

    def lines(self, spans: int) -> list[bytes]:
        """Return the lines of so many spans, those of a span in the order in which they were written."""
        return [line for number in range(spans) for line in self._span(number)] + self._side_lines(spans)

    def _span(self, number: int) -> list[bytes]:
        chance = self._chance
        common = {
            "id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
            "created": f"2026-11-1{chance.randrange(8)}T07:12:13.{chance.randrange(10**6):06d}+00:00",
            "project_id": f"p{number % 3}",
            "project_name": f"project {number % 3}",
            "log_id": "g",
            "span_id": f"{number:016x}",
            "root_span_id": f"{number // 5:032x}",
        }
        if chance.random() < 0.2:
            common["experiment_id"] = "e1"
            common["experiment_name"] = "experiment é"
        if self._is_odd():
            self._bend_identity(common)
        said = common if chance.random() < 0.6 else self._bare(common)
        rows = [self._full(common, number), *(self._update(said) for _ in range(chance.choice(UPDATES)))]
        if len(rows) > 1 and chance.random() < 0.1:
            del rows[0]
        if self._is_odd():
            self._bend_rows(rows)
        if self._chance.random() < self._oddity / 5:
            rows.insert(chance.randint(0, len(rows)), {**common, "_object_delete": True, "_stamp": self._stamp()})
        for row in rows:
            if self._is_odd():
                self._bend_row(row)
        lines = [self._encode(row) for row in rows]
        if self._is_shuffled and self._is_odd():
            lines = chance.sample(lines, len(lines)) + lines[:1]
        return lines

    def _full(self, common: dict[str, Any], number: int) -> dict[str, Any]:
        chance = self._chance
        parents = [f"{number - 1 - back:016x}" for back in range(chance.randrange(3))] if number % 5 else []
        return {
            **common,
            "_is_merge": False,
            "span_parents": parents or chance.choice([None, []]),
            "span_attributes": {"exec_counter": number, "name": chance.choice(TEXTS), "type": "llm"},
            "context": {"caller_lineno": number},
            "metrics": {"start": 1_795_557_926 + chance.randrange(10**6) / 1e6},
            "_stamp": self._stamp(),
            **self._fields(),
        }

    def _bare(self, common: dict[str, Any]) -> dict[str, Any]:
        """Return what an update says of its span that says only what is new; a few say some of the rest."""
        bare = {"id": common["id"]}
        places = ("created", "span_id", "root_span_id")
        bare |= {key: common[key] for key in places if self._chance.random() < 0.2}
        names = ("project_id", "project_name", "log_id", "experiment_id", "experiment_name")
        if self._chance.random() < 0.3:
            bare |= {key: common[key] for key in names if key in common}
        return bare

    def _update(self, common: dict[str, Any]) -> dict[str, Any]:
        return {**common, "_is_merge": True, "_stamp": self._stamp(), **self._fields()}

    def _fields(self) -> dict[str, Any]:
        chance = self._chance
        fields: dict[str, Any] = {}
        for key in ("input", "output", "expected"):
            if chance.random() < 0.3:
                fields[key] = self._value(2)
        if chance.random() < 0.4:
            fields["metadata"] = {chance.choice("abcd"): self._value(1) for _ in range(chance.randrange(3))}
            if chance.random() < 0.3:
                fields["metadata"]["model"] = chance.choice(["gpt-5", 5, None, "m\u00e9", {"a": 1}])
        if chance.random() < 0.5:
            names = ("end", "tokens", "prompt_tokens", "completion_tokens", "cost", "estimated_cost", "cached_tokens")
            fields["metrics"] = {chance.choice(names): self._measure() for _ in range(chance.randrange(3))}
        if chance.random() < 0.2:
            fields["scores"] = {chance.choice("xyz"): chance.choice([0.5, 1, None])}
        if chance.random() < 0.2:
            fields["tags"] = chance.sample(["x", "y", "z", "ü"], chance.randrange(3))
        if chance.random() < 0.1:
            fields["output"] = None
        return fields

    def _measure(self) -> Any:
        chance = self._chance
        return chance.choice([12, 1_795_557_930.25, 1_795_557_930.123457, 0.25, *NUMBERS, None, True, "7"])

    def _value(self, depth: int) -> Any:
        chance = self._chance
        kind = chance.randrange(7 if depth else 4)
        if kind == 0:
            return chance.choice(NUMBERS)
        if kind == 1:
            return chance.choice([None, True, False])
        if kind <= 3:
            return chance.choice(TEXTS)
        if kind == 4:
            return {"type": "braintrust_attachment", "key": "k", "filename": "a.png"}
        if kind == 5:
            return [self._value(depth - 1) for _ in range(chance.randrange(3))]
        return {chance.choice(["a", "b", "ü"]): self._value(depth - 1) for _ in range(chance.randrange(3))}

    def _is_odd(self) -> bool:
        return self._chance.random() < self._oddity

    def _stamp(self) -> int:
        self._clock += self._chance.randrange(1, 1000)
        return self._clock

    def _bend_identity(self, common: dict[str, Any]) -> None:
        key = self._chance.choice([*common])
        # No start is later than a stamp: of a span that began after its updates were written these are not found.
        odd: tuple[Any, ...] = ("", None, 5, "x\ny", "ü", "2026-11-02T10:00:00Z", "2026-02-30T10:00:00.000000+00:00")
        common[key] = self._chance.choice(odd)
        if key == "id":
            common[key] = f"mine-{self._chance.randrange(10**9)}"

    def _bend_rows(self, rows: list[dict[str, Any]]) -> None:
        chance = self._chance
        kind = chance.randrange(4)
        if kind == 0:
            del rows[0]
        elif kind == 1:
            rows[-1]["_is_merge"] = False
        elif kind == 2 and self._is_shuffled:
            rows[0]["_stamp"], rows[-1]["_stamp"] = rows[-1]["_stamp"], rows[0]["_stamp"]
        else:
            rows[-1]["project_name"] = "renamed"

    def _bend_row(self, row: dict[str, Any]) -> None:
        chance = self._chance
        key, value = chance.choice(
            [
                ("error", "Traceback (most recent call last):\n  x\nValueError: no"),
                ("error", {"message": "no"}),
                ("error", False),
                ("unknown", [1]),
                ("_merge_paths", [["metadata"]]),
                ("_array_delete", [{"path": ["tags"], "delete": ["x"]}]),
                ("metadata", {"a": {"b": 1}}),
                ("metadata", "no object"),
                ("metrics", [1]),
                ("metrics", {"start": "soon"}),
                ("span_attributes", {"name": 5}),
                ("span_parents", ["a", 1]),
                ("span_parents", "a"),
                ("tags", ["x", "x"]),
                ("tags", "x"),
                ("tags", [1, "x"]),
                ("input", {}),
                ("_is_merge", None),
                ("_parent_id", "0001"),
                ("origin", {"id": "x"}),
            ]
        )
        row[key] = value
        for missing in chance.sample(["created", "span_id", "project_id", "log_id"], chance.randrange(2)):
            row.pop(missing, None)

    def _encode(self, row: dict[str, Any]) -> bytes:
        if not self._is_odd():
            return encode_line(row)
        kind = self._chance.randrange(4)
        if kind == 0:
            return json.dumps(row).encode() + b"\n"
        raw = encode_line(row)
        if kind == 1:
            return raw[:-2] + b',"input":{"n":1e5,"big":123456789012345678901234567890,"neg":-0,"f":1.50}}\n'
        if kind == 2:
            return raw[:-2] + b',"metadata":{"a":1,"a":2}}\n'
        return raw[:-2] + b',"output":"a","output":"b"}\n'

    def _side_lines(self, spans: int) -> list[bytes]:
        comment = {
            "id": "c1",
            "origin": {"id": "x"},
            "comment": {"text": "well"},
            "created": "2026-11-22T10:00:00+00:00",
            "_stamp": self._stamp(),
        }
        attachment = {"_line": "attachment", "key": "k", "state": "done", "digest": "ab", "_stamp": self._stamp()}
        experiment = {
            "_line": "experiment",
            "experiment_id": "e1",
            "experiment_name": "experiment é",
            "project_id": "p1",
            "description": "why",
            "_stamp": self._stamp(),
        }
        return [encode_line(line) for line in (comment, attachment, experiment)] * (spans > 0)


def write_segments(store: Path, lines: list[bytes], count: int) -> None:
    """Write lines into so many new segments of a process that is gone."""
    journal = store / "journal"
    taken = sum(1 for path in (store / "merged").glob("*")) + sum(1 for path in journal.iterdir())
    for number in range(count):
        name = segment_name(START_MS + taken + number, 4711, f"{taken + number:08x}")
        note = encode_line({"_line": "process", "process": "process-1", "pid": 4711, "_stamp": START_MS * NS_PER_MS})
        part = lines[number * len(lines) // count : (number + 1) * len(lines) // count]
        path = journal / name
        path.write_bytes(note + b"".join(part))
        os.utime(path, (0, 0))
