"""Where the user has been, as in a browser: back, forward, and a new way from anywhere."""

from __future__ import annotations

from dataclasses import dataclass

MAX_PLACES = 500


@dataclass(frozen=True, slots=True)
class Place:
    """A span of a trace."""

    root_span_id: str
    span_id: str


class History:
    """The places in their order, and which of them is the present one."""

    def __init__(self) -> None:
        self._places: list[Place] = []
        self._at = -1
        self._awaited: Place | None = None

    @property
    def can_go_back(self) -> bool:
        """Tell whether there is a place before the present one."""
        return self._at > 0

    @property
    def can_go_forward(self) -> bool:
        """Tell whether the user has gone back from somewhere."""
        return self._at < len(self._places) - 1

    def visit(self, place: Place) -> None:
        """Note that a place is shown. What lay ahead is dropped, unless `go` has led here."""
        awaited = self._awaited
        if awaited is not None and awaited.root_span_id == place.root_span_id:
            # a trace that opens selects a span of its own before the awaited one
            self._awaited = None if place == awaited else awaited
            return
        self._awaited = None
        if 0 <= self._at < len(self._places) and self._places[self._at] == place:
            return
        del self._places[self._at + 1 :]
        self._places.append(place)
        del self._places[:-MAX_PLACES]
        self._at = len(self._places) - 1

    def go(self, step: int) -> Place | None:
        """Go one place back (-1) or forward (1) and return it, None where there is none."""
        if not 0 <= self._at + step < len(self._places):
            return None
        self._at += step
        self._awaited = self._places[self._at]
        return self._awaited
