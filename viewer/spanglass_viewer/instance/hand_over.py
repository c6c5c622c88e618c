"""The second start: hands its visit to the window that is open, and learns whether it was taken."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from spanglass_viewer.instance.doorway import WindowSilent, claim_doorway, connect, list_doorways
from spanglass_viewer.instance.visit import encode_visit

if TYPE_CHECKING:
    from spanglass_viewer.instance.doorway import Doorway
    from spanglass_viewer.instance.visit import Visit

# A window that has just been started listens at once and answers when Qt is loaded.
ANSWER_TIMEOUT_SECS = 5.0
TAKEN, REFUSED = b"taken\n", b"refused\n"
_CLAIM_TRIES = 50
_CLAIM_PAUSE_SECS = 0.02
_ACTIVATION_VARIABLES = ("XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID")


def enter(store_id: str, visit: Visit) -> Doorway | None:
    """Return the doorway of a store, to open its window behind; None where an open window has taken the visit.

    Raises WindowSilent as `hand_over` does.
    """
    for _ in range(_CLAIM_TRIES):
        if hand_over(store_id, visit):
            return None
        doorway = claim_doorway(store_id)
        if doorway is not None:
            return doorway
        time.sleep(_CLAIM_PAUSE_SECS)  # its owner is just opening or closing it
    raise WindowSilent("A window of this store is being opened or closed elsewhere. Nothing was changed; try again.")


def hand_over(doorway: str, visit: Visit, timeout_secs: float = ANSWER_TIMEOUT_SECS) -> bool:
    """Hand a visit to the window behind a doorway (a store's id); False where there is no such window.

    Raises WindowSilent where there is one that does not answer, or does not know this visit.
    """
    try:
        connection = connect(doorway, timeout_secs)
    except OSError:
        return False
    with connection:
        try:
            connection.sendall(encode_visit(visit))
            answer = connection.recv(len(REFUSED))
        except OSError:
            answer = b""
    if answer == TAKEN:
        return True
    if answer == REFUSED:
        raise WindowSilent(
            "The window that is open is of another version of Spanglass and does not understand this one."
            " Nothing was changed; close it, and try again."
        )
    raise WindowSilent("The window that is open does not answer. Nothing was changed; close it, and try again.")


def hand_to_any(visit: Visit) -> bool:
    """Hand a visit to whichever window is open, the newest first; False where none is."""
    for doorway in list_doorways():
        try:
            if hand_over(doorway, visit):
                return True
        except WindowSilent:
            continue
    return False


def activation_token() -> str | None:
    """Return the desktop's permission for a window to come to the front, where it gave this start one."""
    for name in _ACTIVATION_VARIABLES:
        if token := os.environ.get(name):
            return token if token.isascii() and token.isprintable() and " " not in token and len(token) <= 256 else None  # noqa: PLR2004 - as `visit` takes it
    return None
