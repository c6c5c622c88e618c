"""The span ids of one trace as numbers: a million Python texts take 100 MB, and 0.1 s where they are given back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    import numpy.typing as npt

_DIGITS = re.compile("[0-9a-f]{16}")  # as `make_skeleton.sql` has it


@dataclass(frozen=True, slots=True, eq=False)
class SpanIds:
    """Ids by span. Those of 16 hex digits, as the SDK draws them, are their `keys` (uint64); of others that is a hash.

    `other_places` (int64, rising) are the spans with an id of another form, `other_texts` (object array of str) theirs.
    """

    keys: npt.NDArray[np.uint64]
    other_places: npt.NDArray[np.int64]
    other_texts: npt.NDArray[np.object_]

    @classmethod
    def of_numbers(
        cls, numbers: npt.NDArray[np.uint64], other_places: npt.NDArray[np.int64], other_texts: npt.NDArray[np.object_]
    ) -> SpanIds:
        """Return ids of which only those at `other_places` lack their number."""
        order = np.argsort(other_places)
        keys = numbers.copy()
        keys[other_places] = keys_of(other_texts)
        return cls(keys, other_places[order], other_texts[order])

    @classmethod
    def of_texts(cls, texts: Sequence[str]) -> SpanIds:
        """Return the ids that these texts are."""
        others = [place for place, text in enumerate(texts) if _DIGITS.fullmatch(text) is None]
        other_texts = np.empty(len(others), object)
        other_texts[:] = [texts[place] for place in others]
        return cls(keys_of(texts), np.array(others, np.int64), other_texts)

    def __len__(self) -> int:
        """Return the number of spans."""
        return len(self.keys)

    def __getitem__(self, span: int) -> str:
        """Return the id of a span, counted from 0 on."""
        at = int(np.searchsorted(self.other_places, span))
        if at < len(self.other_places) and self.other_places[at] == span:
            return str(self.other_texts[at])
        return f"{int(self.keys[span]):016x}"

    def __iter__(self) -> Iterator[str]:
        """Go through the ids, in the order of the spans."""
        return iter(self.texts(range(len(self))))

    def texts(self, spans: Iterable[int]) -> list[str]:
        """Return the ids of some spans."""
        return [self[span] for span in spans]


def keys_of(texts: Collection[str]) -> npt.NDArray[np.uint64]:
    """Return what `SpanIds.keys` has for these ids; two of them may share one where they are not 16 hex digits."""
    return np.fromiter(map(key_of, texts), np.uint64, len(texts))


def key_of(text: str) -> int:
    """Return the same for one id."""
    return int(text, 16) if _DIGITS.fullmatch(text) else hash(text) & 0xFFFF_FFFF_FFFF_FFFF
