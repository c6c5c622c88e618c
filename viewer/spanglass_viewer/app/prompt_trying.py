"""Trying a prompt: from the shown span to the dialog, to the endpoint that was set up, to a span of its own."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from spanglass_store.faults import StoreFault
from spanglass_viewer.backend.row_writer import RowWriter

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from spanglass_store.location import StoreInfo
    from spanglass_viewer.app.preferences import Preferences
    from spanglass_viewer.backend.prompt_sender import PromptSender
    from spanglass_viewer.panes.detail.detail_pane import DetailPane, PromptSource
    from spanglass_viewer.panes.try_prompt_dialog import TryPromptDialog
    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.values.chat.prompt_rows import PromptAnswer
    from spanglass_viewer.values.decode import JsonValue

_US = 1_000_000


class PromptTrying(QObject):
    """Opens the dialog for the span that is shown; one at a time."""

    set_up_wanted = Signal()
    notice_given = Signal(str)

    def __init__(
        self, info: StoreInfo, pane: DetailPane, preferences: Preferences, appearance: Appearance, window: QWidget
    ) -> None:
        super().__init__(window)
        self._info = info
        self._pane = pane
        self._preferences = preferences
        self._appearance = appearance
        self._window = window
        self._writer = RowWriter(info.path)
        self._sender: PromptSender | None = None
        self._source: PromptSource | None = None
        self._dialog: TryPromptDialog | None = None
        self._body: dict[str, JsonValue] = {}
        self._began_us = 0

    def open(self) -> None:
        """Open the dialog, or say why there is nothing to try."""
        from spanglass_viewer.panes.try_prompt_dialog import TryPromptDialog  # noqa: PLC0415 - few open it
        from spanglass_viewer.values.chat.prompt_draft import make_draft  # noqa: PLC0415 - as above

        source = self._pane.find_prompt()
        if source is None:
            self.notice_given.emit("There are no messages to try in this span")
            return
        if self._dialog is not None:
            self._dialog.close()
        self._source = source
        dialog = TryPromptDialog(make_draft(source.conversation), source.logged, self._appearance, self._window)
        dialog.send_wanted.connect(self._on_send_wanted)
        dialog.cancel_wanted.connect(self._need_sender().cancel)
        dialog.set_up_wanted.connect(self.set_up_wanted)
        dialog.destroyed.connect(self._on_dialog_destroyed)
        self._dialog = dialog
        self.show_endpoint()
        dialog.show()

    def show_endpoint(self) -> None:
        """Tell the dialog where prompts go, as the settings have it now."""
        if self._dialog is not None:
            endpoint = self._preferences.endpoint
            has_key = bool(endpoint.key_variable and os.environ.get(endpoint.key_variable))
            self._dialog.show_endpoint(endpoint, has_key=has_key)

    def stop(self) -> None:
        """Hang up; call this before the application ends."""
        if self._sender is not None:
            self._sender.stop()

    def _need_sender(self) -> PromptSender:
        """Return what sends: it loads what speaks HTTP, which no start waits for."""
        if self._sender is None:
            from spanglass_viewer.backend.prompt_sender import PromptSender  # noqa: PLC0415 - few send

            self._sender = PromptSender(self)
            self._sender.piece_received.connect(self._on_piece_received)
            self._sender.ended.connect(self._on_ended)
        return self._sender

    def _on_send_wanted(self, body: dict[str, JsonValue]) -> None:
        from spanglass_viewer.backend.prompt_sender import PromptRequest  # noqa: PLC0415 - few send

        sender = self._need_sender()
        if sender.is_sending or self._source is None or self._dialog is None:
            return
        endpoint = self._preferences.endpoint
        key = os.environ.get(endpoint.key_variable) if endpoint.key_variable else None
        self._body = body
        self._began_us = round(time.time() * _US)
        self._dialog.show_sending()
        sender.send(PromptRequest(endpoint.base_url, body, key, self._source.resolver))

    def _on_piece_received(self, text: str) -> None:
        if self._dialog is not None:
            self._dialog.add_piece(text)

    def _on_ended(self, answer: PromptAnswer) -> None:
        from spanglass_viewer.values.chat.prompt_rows import make_prompt_row  # noqa: PLC0415 - few send

        ended_us = round(time.time() * _US)
        if self._dialog is not None:
            self._dialog.show_answer(answer, (ended_us - self._began_us) / _US)
        if self._source is None:
            return
        tried_from = (self._source.root_span_id, self._source.span_id)
        row = make_prompt_row(self._info.id, self._body, answer, (self._began_us, ended_us), tried_from)
        try:
            self._writer.write([row])
        except StoreFault as fault:
            self.notice_given.emit(f"The answer could not be logged. {fault}")

    def _on_dialog_destroyed(self) -> None:
        if self.sender() is self._dialog or self._dialog is None:
            self._dialog = None
