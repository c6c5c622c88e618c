"""The span ids of one trace as numbers: a million Python texts take 100 MB, and 0.1 s where they are given back."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    import numpy.typing as npt

_DIGITS = re.compile("[0-9a-f]{16}")  # as `skeleton_macros.sql` has it
_MANY_SHARE = 64  # of all keys: from that many on, these are put in order, which takes 10 ms a million
_FEW = 32  # keys: looked up one by one, they do without putting a million others in order


@dataclass(frozen=True, eq=False)
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
        is_number = _DIGITS.fullmatch
        others = [place for place, text in enumerate(texts) if is_number(text) is None]
        other_texts = np.empty(len(others), object)
        other_texts[:] = [texts[place] for place in others]
        keys = keys_of(texts) if others else np.fromiter((int(text, 16) for text in texts), np.uint64, len(texts))
        return cls(keys, np.array(others, np.int64), other_texts)

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

    @cached_property
    def by_key(self) -> npt.NDArray[np.int32]:
        """The spans in the order of their keys; of one key the earliest first. Found once: it takes 0.1 s a million."""
        return np.argsort(self.keys, kind="stable").astype(np.int32)

    def find(self, text: str) -> int | None:
        """Return the span with this id, or None."""
        found = int(self.find_all(self.of_texts([text]))[0])
        return None if found < 0 else found

    def find_all(self, wanted: SpanIds) -> npt.NDArray[np.int32]:
        """Return the spans with these ids, the earliest where several have one; -1 where none has."""
        found = self.find_keys(wanted.keys)
        is_hashed = np.isin(found, self.other_places)
        is_hashed[wanted.other_places] = True
        for at in np.flatnonzero(is_hashed & (found >= 0)).tolist():  # two ids may have one hash
            found[at] = self._find_text(wanted[at], int(wanted.keys[at]))
        return found

    def _find_text(self, text: str, key: int) -> int:
        at = bisect_left(self.by_key, key, key=self._key_at)
        same = takewhile(lambda span: self._key_at(span) == key, self.by_key[at:])
        return next((int(span) for span in same if self[int(span)] == text), -1)

    def _key_at(self, span: int) -> int:
        return int(self.keys[span])

    def find_keys(self, keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.int32]:
        """Return the spans with these keys, the earliest where several have one; -1 where none has."""
        found = np.full(len(keys), -1, np.int32)
        if not len(self):
            return found
        rising = np.argsort(keys, kind="stable")  # looked up in their order, a million take a third of the time
        wanted = keys[rising]
        spans = self.by_key[np.minimum(self._rank(wanted), len(self) - 1)]
        found[rising] = np.where(self.keys[spans] == wanted, spans, np.int32(-1))
        return found

    def _rank(self, keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
        """Return how many spans have a smaller key than each of these."""
        if len(keys) > len(self) // _MANY_SHARE:
            return np.searchsorted(self.keys[self.by_key], keys)
        if len(keys) > _FEW:
            return self._rank_together(keys)
        ranks = [bisect_left(self.by_key, key, key=self._key_at) for key in keys.tolist()]
        return np.array(ranks, np.int64)

    def _rank_together(self, keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
        """Halve the places of all keys in step: each looks at twenty others, and the million is not put in order."""
        first = np.zeros(len(keys), np.int64)
        end = np.full(len(keys), len(self), np.int64)
        for _ in range(len(self).bit_length()):
            middle = np.minimum((first + end) >> 1, len(self) - 1)
            is_below = (self.keys[self.by_key[middle]] < keys) & (first < end)
            first = np.where(is_below, middle + 1, first)
            end = np.where(is_below, end, np.minimum(middle, end))
        return first


def keys_of(texts: Collection[str]) -> npt.NDArray[np.uint64]:
    """Return what `SpanIds.keys` has for these ids; two of them may share one where they are not 16 hex digits."""
    return np.fromiter(map(key_of, texts), np.uint64, len(texts))


def key_of(text: str) -> int:
    """Return the same for one id."""
    return int(text, 16) if _DIGITS.fullmatch(text) else hash(text) & 0xFFFF_FFFF_FFFF_FFFF
