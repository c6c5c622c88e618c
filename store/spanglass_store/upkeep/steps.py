"""Long work in steps: each says what it does before it does it, so that others may do theirs in between."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

Result = TypeVar("Result")


def run_steps(steps: Generator[str, None, Result], on_step: Callable[[str], object] | None = None) -> Result:
    """Take all steps, and return what they come to. `on_step` is told what begins. Raises whatever a step raises."""
    while True:
        try:
            text = next(steps)
        except StopIteration as end:
            return end.value
        if on_step is not None:
            on_step(text)
