"""What the pane remembers from span to span: folded cards, formats, wrapping."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import cast


class ValueFormat(enum.Enum):
    """How a value is shown; the value is its name in menus."""

    PRETTY = "Pretty"
    TREE = "JSON tree"
    TABLE = "Table"
    TEXT = "Text"
    MARKDOWN = "Markdown"
    DIFF = "Difference to expected"
    RAW = "Raw JSON"


_FOLDED_AT_FIRST = ("Context", "Raw")


@dataclass(slots=True)
class DetailViewState:
    """Folded cards by title, formats by (field, span type), whether long lines are broken.

    While `is_raw` holds, everything is shown as raw JSON; it does not outlive the window.
    """

    folded: dict[str, bool] = field(default_factory=dict[str, bool])
    formats: dict[tuple[str, str], ValueFormat] = field(default_factory=dict[tuple[str, str], ValueFormat])
    is_wrapped: bool = True
    is_raw: bool = False

    def is_folded(self, title: str) -> bool:
        """Tell whether a card is folded; Context and Raw are at first."""
        return self.folded.get(title, title in _FOLDED_AT_FIRST)

    def format_of(self, title: str, span_type: str) -> ValueFormat:
        """Return how a field of spans of a type is shown."""
        return ValueFormat.RAW if self.is_raw else self.formats.get((title, span_type), ValueFormat.PRETTY)

    def to_plain(self) -> dict[str, object]:
        """Return the state as JSON values, to be kept in the settings."""
        formats = {f"{title}/{span_type}": shown.name for (title, span_type), shown in self.formats.items()}
        return {"folded": dict(self.folded), "formats": formats, "is_wrapped": self.is_wrapped}

    @classmethod
    def from_plain(cls, plain: object) -> DetailViewState:
        """Read what `to_plain` returned; whatever cannot be read is left at its default."""
        state = cls()
        kept = cast("dict[str, object]", plain) if isinstance(plain, dict) else {}
        folded, formats = kept.get("folded"), kept.get("formats")
        if isinstance(folded, dict):
            named = cast("dict[object, object]", folded)
            state.folded = {str(title): is_folded is True for title, is_folded in named.items()}
        if isinstance(formats, dict):
            for key, name in cast("dict[object, object]", formats).items():
                title, _, span_type = str(key).partition("/")
                if str(name) in ValueFormat.__members__:
                    state.formats[title, span_type] = ValueFormat[str(name)]
        state.is_wrapped = kept.get("is_wrapped") is not False
        return state
