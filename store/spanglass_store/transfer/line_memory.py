"""What an import remembers of the lines before this one: bounded, so that a file may be as long as it likes."""

from __future__ import annotations

_RECENT_ROWS = 50_000  # of spans; the rows of one stand near each other, as a rule
_PLACES = 1 << 27  # in bits: 16 MB, of which few are touched by a short file
_PLACE_BYTES = 4
_PLACES_A_LINE = 4


class RecentStamps:
    """The last stamp of each span whose rows came lately."""

    def __init__(self, recent_rows: int = _RECENT_ROWS) -> None:
        self._recent_rows = recent_rows
        self._recent: dict[str, int] = {}
        self._older: dict[str, int] = {}

    def next_stamp(self, row_id: str, stamp: int) -> int:
        """Return `stamp`, or one that is later than that of the span's row before this one."""
        before = self._recent.get(row_id) or self._older.get(row_id, 0)
        stamp = max(stamp, before + 1)
        self._recent[row_id] = stamp
        if len(self._recent) >= self._recent_rows:
            self._older, self._recent = self._recent, {}
        return stamp


class ContentCounts:
    """How often each content came before, by its digest; exact for what repeats, a few bits for what does not.

    Of ten million contents one in some hundred is taken for one that came before. It counts from one then instead
    of from zero, and does so each time that the same lines come in the same order.
    """

    def __init__(self) -> None:
        self._seen = bytearray(_PLACES // 8)
        self._counts: dict[bytes, int] = {}

    def count(self, digest: bytes) -> int:
        """Return how often this digest was counted before, and count it."""
        is_new = False
        for at in range(0, _PLACES_A_LINE * _PLACE_BYTES, _PLACE_BYTES):
            place = int.from_bytes(digest[at : at + _PLACE_BYTES], "little") % _PLACES
            byte, bit = place >> 3, 1 << (place & 7)
            is_new = is_new or not self._seen[byte] & bit
            self._seen[byte] |= bit
        if is_new:
            return 0
        number = self._counts.get(digest, 0) + 1
        self._counts[digest] = number
        return number
