"""What a filter means: terms, and how they are joined. Immutable, comparable, free of any table's names.

A term is asked of a span, or of a trace. `Compare`, `Since` and `IsRunning` then speak of the trace as the list
shows it (its root's duration and start, the sums of its tokens and costs); any other term holds for a trace where
one of its spans satisfies it. Joined terms need not hold for the same span.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Operator = Literal["=", "<", "<=", ">", ">="]
Field = Literal["name", "type", "model", "project", "experiment", "tag"]
Quantity = Literal["dur", "tokens", "cost"]


@dataclass(frozen=True, slots=True)
class HasError:
    """`error`: an error was logged."""


@dataclass(frozen=True, slots=True)
class IsRunning:
    """`running`: not ended, and its process lives."""


@dataclass(frozen=True, slots=True)
class HasAttachment:
    """`has:attachment`: an attachment was logged."""


@dataclass(frozen=True, slots=True)
class Text:
    """A word or a quoted text: it stands in the name or in a logged value, in whatever case.

    Attachment names are among the values: their references are logged.
    """

    text: str


@dataclass(frozen=True, slots=True)
class Match:
    """`name:receipt`, `tag=prod`: a field holds a text, or is it (`is_exact`), in whatever case."""

    field: Field
    text: str
    is_exact: bool = False


@dataclass(frozen=True, slots=True)
class Compare:
    """`dur>2s`, `tokens>5k`, `cost>0.1`: `number` is in seconds, tokens or US dollars."""

    quantity: Quantity
    operator: Operator
    number: float


@dataclass(frozen=True, slots=True)
class Score:
    """`score.quality<0.5`."""

    name: str
    operator: Operator
    number: float


@dataclass(frozen=True, slots=True)
class Meta:
    """`meta.user.id=123`: a value of the metadata, by its way down from the top.

    "=" compares as text, or as numbers where both are numbers; ":" finds `text` in the value, in whatever case;
    the other operators compare numbers.
    """

    keys: tuple[str, ...]
    operator: Operator | Literal[":"]
    text: str


@dataclass(frozen=True, slots=True)
class Since:
    """`since:2h`, `since:2026-11-20`: started less than `ago_secs` ago, or not before `at_us` (µs since the epoch)."""

    ago_secs: float | None = None
    at_us: int | None = None


@dataclass(frozen=True, slots=True)
class EndedSince:
    """The span ended at `at_us` (µs since the epoch) or later; no text means it, `tail` asks it."""

    at_us: int


@dataclass(frozen=True, slots=True)
class Among:
    """The trace is one of these; no text means it, the window asks it where it knows more of traces than the store."""

    root_span_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """`-term`: the term does not hold; of a trace: for none of its spans."""

    part: Expression


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold; without parts it always holds."""

    parts: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class Or:
    """One of the parts holds."""

    parts: tuple[Expression, ...]


Term = HasError | IsRunning | HasAttachment | Text | Match | Compare | Score | Meta | Since | EndedSince | Among
Expression = Term | Not | And | Or
EVERYTHING = And()
