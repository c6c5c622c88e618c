"""What a traceback says: exceptions from the one that got out to its causes, each with its frames."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class FrameKind(enum.Enum):
    """Whose code a frame is in."""

    USER = "user"
    LIBRARY = "library"
    SDK = "sdk"


class Link(enum.Enum):
    """How an exception came to stand beside the one that got out."""

    CAUSE = "cause"  # raise … from …
    CONTEXT = "context"  # raised while another one was handled
    MEMBER = "member"  # of an exception group


@dataclass(frozen=True, slots=True)
class Frame:
    """One call; `source` is the line as the traceback quotes it, `repeated` how often it stood there once more.

    `columns` are where in the first line of `source` it failed, from the first character to behind the last, as carets
    below it say (PEP 657).
    """

    path: str
    line: int
    function: str
    source: str
    kind: FrameKind
    repeated: int = 0
    columns: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class ParsedException:
    """One exception; frames from the outermost call to where it was raised, as Python prints them.

    `link` tells how the exception belongs to the one before it (None: it is the one that got out), `depth` how many
    groups it is a member of.
    """

    type: str
    message: str
    frames: tuple[Frame, ...] = ()
    link: Link | None = None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class ParsedError:
    """An error as text, taken apart; `exceptions[0]` is the one that got out, empty where the text names none."""

    exceptions: tuple[ParsedException, ...]
    text: str

    @property
    def has_frames(self) -> bool:
        """Tell whether any exception has frames."""
        return any(exception.frames for exception in self.exceptions)


def find_last_user_frame(frames: Sequence[Frame]) -> Frame | None:
    """Return the user's own frame nearest to where it was raised, None where no frame is the user's."""
    return next((frame for frame in reversed(frames) if frame.kind is FrameKind.USER), None)


def find_failed_frame(error: ParsedError) -> Frame | None:
    """Return the user's frame at which the first exception with any was raised, else its last frame, None without."""
    by_exception = [exception.frames for exception in error.exceptions if exception.frames]
    own = (found for frames in by_exception if (found := find_last_user_frame(frames)) is not None)
    return next(own, None) or (by_exception[0][-1] if by_exception else None)
