"""What the user chooses in the settings: shown in their dialog, kept, and in force at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from spanglass_viewer.app.actions import ACTIONS, set_keys
from spanglass_viewer.app.preferences import SCALES_PERCENT
from spanglass_viewer.panes.detail.editor import list_editors
from spanglass_viewer.theme.text_size import TEXT_PERCENTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QWidget

    from spanglass_viewer.app.preferences import Preferences
    from spanglass_viewer.app.prompt_trying import PromptTrying
    from spanglass_viewer.app.text_sizing import TextSizing
    from spanglass_viewer.backend.remote_images import RemoteImages
    from spanglass_viewer.panes.detail.detail_pane import DetailPane
    from spanglass_viewer.panes.settings_dialog import SettingsDialog
    from spanglass_viewer.theme.appearance import Appearance, ThemeMode
    from spanglass_viewer.values.chat.prompt_draft import Endpoint


class ChosenSettings(QObject):
    """Opens the dialog of the settings, and tells everybody what was chosen in it."""

    theme_changed = Signal()
    keys_changed = Signal()
    notice_given = Signal(str)  # a sentence for the status bar

    def __init__(
        self,
        preferences: Preferences,
        appearance: Appearance,
        *,
        text_sizing: TextSizing,
        remote_images: RemoteImages,
        detail_pane: DetailPane,
        trying: PromptTrying,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._preferences = preferences
        self._appearance = appearance
        self._text_sizing = text_sizing
        self._remote_images = remote_images
        self._detail_pane = detail_pane
        self._trying = trying
        self._window = window
        remote_images.hosts_changed.connect(preferences.set_remote_hosts)
        appearance.set_reduces_motion(preferences.reduces_motion)
        detail_pane.set_editor(preferences.editor)

    def turn_theme(self) -> None:
        """Go to the next theme, and say which."""
        self._appearance.next_mode()
        self._on_theme_chosen(self._appearance.mode)
        self.notice_given.emit(f"Theme is {self._appearance.mode.value}")

    def open(self, actions: Mapping[str, QAction]) -> None:
        """Show the settings, with the keys of these actions."""
        from spanglass_viewer.panes.settings_dialog import SettingsDialog, ShownSettings  # noqa: PLC0415 - few open it

        preferences = self._preferences
        shown = ShownSettings(
            theme=self._appearance.mode,
            scale_percent=preferences.scale_percent,
            scales_percent=SCALES_PERCENT,
            text_percent=self._appearance.text_percent,
            text_percents=TEXT_PERCENTS,
            follows_newest=preferences.follows_newest,
            remote_hosts=self._remote_images.hosts,
            endpoint=preferences.endpoint,
            path=preferences.path,
            reduces_motion=preferences.reduces_motion,
            editor=preferences.editor,
            editors=list_editors(),
            usual_keys={spec.name: spec.keys for spec in ACTIONS},
        )
        dialog = SettingsDialog(shown, actions.values(), self._appearance, self._window)
        self._connect(dialog, actions)
        dialog.finished.connect(self._on_closed)
        dialog.open()

    def _connect(self, dialog: SettingsDialog, actions: Mapping[str, QAction]) -> None:
        def take_keys(name: str, keys: tuple[str, ...] | None) -> None:
            self._preferences.set_keys(name, keys)
            set_keys(actions[name], keys)
            self.keys_changed.emit()

        dialog.theme_chosen.connect(self._on_theme_chosen)
        dialog.scale_chosen.connect(self._preferences.set_scale_percent)
        dialog.text_size_chosen.connect(self._text_sizing.choose)
        dialog.follow_chosen.connect(self._preferences.set_follows_newest)
        dialog.hosts_chosen.connect(self._remote_images.set_hosts)
        dialog.endpoint_chosen.connect(self._on_endpoint_chosen)
        dialog.motion_chosen.connect(self._on_motion_chosen)
        dialog.editor_chosen.connect(self._on_editor_chosen)
        dialog.keys_chosen.connect(take_keys)

    def _on_closed(self) -> None:
        if not self._preferences.save():
            self.notice_given.emit("The settings cannot be saved: they hold until the window is closed")

    def _on_theme_chosen(self, mode: ThemeMode) -> None:
        self._appearance.set_mode(mode)
        self._preferences.set_theme(mode)
        self.theme_changed.emit()

    def _on_motion_chosen(self, reduces: bool) -> None:
        self._preferences.set_reduces_motion(reduces)
        self._appearance.set_reduces_motion(reduces)

    def _on_editor_chosen(self, command: str) -> None:
        self._preferences.set_editor(command)
        self._detail_pane.set_editor(command)

    def _on_endpoint_chosen(self, endpoint: Endpoint) -> None:
        self._preferences.set_endpoint(endpoint)
        self._trying.show_endpoint()
