"""Where the user was when the window closed, a store apart from the next."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings


@dataclass(frozen=True, slots=True)
class Session:
    """The open trace and its selected span; `newest` was the newest trace then."""

    root_span_id: str
    span_id: str | None
    newest: str | None


def save_session(settings: QSettings, store_id: str, session: Session) -> None:
    """Keep the session of a store."""
    settings.setValue(f"session/{store_id}", json.dumps(asdict(session)))


def find_session(settings: QSettings, store_id: str) -> Session | None:
    """Return the last session of a store, None where there is none that can be read."""
    value = settings.value(f"session/{store_id}")
    try:
        return Session(**json.loads(value)) if isinstance(value, str) else None
    except (ValueError, TypeError):
        return None  # of another version, or edited by hand
