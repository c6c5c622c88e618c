"""What the window remembers from one time to the next: its size, its panes, its cards, and where the user was."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

from spanglass_viewer.app.session import Session, find_session, save_session
from spanglass_viewer.panes.detail.view_state import DetailViewState
from spanglass_viewer.widgets.screen_room import resize_within_screen

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QMainWindow

    from spanglass_viewer.panes.detail.detail_pane import DetailPane
    from spanglass_viewer.widgets.pane_splitter import PaneSplitter

_FIRST_SIZE = (1440, 900)


class WindowMemory:
    """Reads the user's settings when the window is made, and writes them when it closes."""

    def __init__(self, settings: QSettings, store_id: str) -> None:
        self._settings = settings
        self._store_id = store_id
        self._session = find_session(settings, store_id)

    def restore_layout(self, window: QMainWindow, splitter: PaneSplitter, detail_pane: DetailPane) -> None:
        """Give everything the size and the state that it had."""
        geometry, cards = (self._settings.value(name) for name in ("geometry", "detail"))
        if geometry is None or not window.restoreGeometry(geometry):
            resize_within_screen(window, *_FIRST_SIZE, share=1.0)
        with contextlib.suppress(TypeError, ValueError):
            first, last = json.loads(self._settings.value("panes"))
            splitter.set_outer_widths(int(first), int(last))
        with contextlib.suppress(ValueError):  # settings of another version, or edited by hand
            detail_pane.set_view_state(DetailViewState.from_plain(json.loads(cards if isinstance(cards, str) else "")))

    def save_layout(self, window: QMainWindow, splitter: PaneSplitter, detail_pane: DetailPane) -> None:
        """Keep the size and the state of everything."""
        self._settings.setValue("geometry", window.saveGeometry())
        self._settings.setValue("panes", json.dumps(splitter.outer_widths))
        self._settings.setValue("detail", json.dumps(detail_pane.view_state.to_plain()))
        self._settings.sync()

    def take_session(self) -> Session | None:
        """Return where the user was when this store's window closed, once; None where it is not known."""
        session, self._session = self._session, None
        return session

    def save_session(self, session: Session) -> None:
        """Keep where the user is."""
        save_session(self._settings, self._store_id, session)
