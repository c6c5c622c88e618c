"""What an examination finds, and how it is mended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from spanglass_store.faults import StoreFault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be. Where `is_fault` is False it only is worth knowing.

    `hindrance` is why it could not be mended, where that was tried.
    """

    kind: str
    sentence: str
    path: Path
    is_fault: bool = True
    is_mended: bool = False
    hindrance: str | None = None


Check = tuple[Finding, "Callable[[], object] | None"]  # None: nothing here can mend it, and the sentence says why


def iter_settled(checks: Iterable[Check], *, is_fixing: bool) -> Iterator[Finding]:
    """Yield what the checks find; each is mended, where `is_fixing` and it can be, before the next one looks."""
    for finding, mend in checks:
        yield _mended(finding, mend) if is_fixing and mend is not None else finding


def _mended(finding: Finding, mend: Callable[[], object]) -> Finding:
    try:
        mend()
    except OSError as error:
        return replace(finding, hindrance=(error.strerror or str(error)).lower())
    except StoreFault as fault:
        return replace(finding, hindrance=fault.sentence)
    return replace(finding, is_mended=True)
