"""A stand-in for the scorers of `autoevals`, which ask a model over the network."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Score:
    score: float
    metadata: dict[str, Any] = field(default_factory=dict)


class Factuality:
    def __call__(self, *, input: str, output: str, expected: str) -> Score:  # noqa: A002 - the scorer's own name
        return Score(float(expected in output), {"rationale": f"looked for {expected!r} after {input!r}"})
