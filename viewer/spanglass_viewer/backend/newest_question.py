"""Which question of a kind is the newest: who holds a key down asks faster than can be read, and wants one answer."""

from __future__ import annotations


class NewestQuestion:
    """Noted by who asks, looked at by the thread that answers."""

    def __init__(self) -> None:
        self._number = 0

    def note(self, number: int) -> None:
        """Take a question's number for the newest."""
        self._number = number

    def overtakes(self, number: int) -> bool:
        """Tell whether a newer question has come meanwhile, so that nobody waits for the answer to this one."""
        return number < self._number
