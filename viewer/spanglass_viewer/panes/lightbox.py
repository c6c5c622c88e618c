"""An attachment over the whole window: a view by its kind, the span's other attachments, what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QPixmap, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QAbstractSlider,
    QFrame,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from spanglass_viewer.backend.images import FULL_SIZE
from spanglass_viewer.backend.preview_session import PreviewSession
from spanglass_viewer.panes.detail.media_actions import can_open, open_media, reveal_media, save_media_as
from spanglass_viewer.panes.detail.media_tile import describe_media
from spanglass_viewer.panes.previews.frame_player import FramePlayer
from spanglass_viewer.panes.previews.image_canvas import ImageCanvas
from spanglass_viewer.panes.previews.pdf_preview import PdfPreview
from spanglass_viewer.panes.previews.stream_preview import StreamPreview
from spanglass_viewer.panes.previews.table_preview import TablePreview
from spanglass_viewer.panes.previews.text_preview import TextPreview
from spanglass_viewer.theme.fonts import FontRole
from spanglass_viewer.values.media_formats import Decoder, MediaFormat, MediaKind, get_format
from spanglass_viewer.widgets.buttons import IconButton
from spanglass_viewer.widgets.focus_frame import show_focus
from spanglass_viewer.widgets.labels import ElidedLabel, PlainLabel
from spanglass_viewer.widgets.tab_order import step_focus

if TYPE_CHECKING:
    from spanglass_viewer.backend.images import ImageLoader
    from spanglass_viewer.backend.loaded_image import LoadedImage
    from spanglass_viewer.panes.previews.preview import Preview
    from spanglass_viewer.theme.appearance import Appearance
    from spanglass_viewer.values.media import MediaItem

_ZOOM_STEP = 1.25
_SCROLL_STEPS = {
    Qt.Key.Key_Up: QAbstractSlider.SliderAction.SliderSingleStepSub,
    Qt.Key.Key_Down: QAbstractSlider.SliderAction.SliderSingleStepAdd,
    Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
    Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
    Qt.Key.Key_Home: QAbstractSlider.SliderAction.SliderToMinimum,
    Qt.Key.Key_End: QAbstractSlider.SliderAction.SliderToMaximum,
}
_PAUSE, _PLAY = "Pause (Space)", "Play (Space)"


class Lightbox(QWidget):
    """Covers the window of its owner while it is open; Esc closes it."""

    def __init__(self, owner: QWidget, appearance: Appearance, images: ImageLoader) -> None:
        super().__init__(owner)
        self._owner = owner
        self._appearance = appearance
        self._images = images
        self._items: list[MediaItem] = []
        self._position = 0
        self._session: PreviewSession | None = None
        self._player: FramePlayer | None = None
        self._name = ElidedLabel(role=FontRole.BODY_STRONG)
        self._details = ElidedLabel(role=FontRole.SMALL, tone="muted", mode=Qt.TextElideMode.ElideRight)
        self._details.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._zoom = PlainLabel(role=FontRole.SMALL, tone="muted")
        self.canvas = ImageCanvas(appearance)
        self.canvas.zoom_changed.connect(self._on_zoom_changed)
        self.preview: Preview = self.canvas
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._lay_out()
        images.image_loaded.connect(self._on_image_loaded)
        images.image_failed.connect(self._on_image_failed)
        appearance.changed.connect(self.update)
        self.hide()

    def open_items(self, items: list[MediaItem], position: int) -> None:
        """Show one of several attachments over the owner's window."""
        window = self._owner.window()
        self.setParent(window)
        window.installEventFilter(self)
        self._items = items
        self.setGeometry(window.rect())
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        self._go_to(position)

    @property
    def item(self) -> MediaItem | None:
        """What is shown."""
        return self._items[self._position] if self._items else None

    @property
    def is_idle(self) -> bool:
        """Tell whether everything that was asked of a decoder is there."""
        return self._session is None or (self._session.is_idle and self.preview.is_settled)

    def stop(self) -> None:
        """End what decodes; call this before the application ends."""
        self._end_preview()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes, ← → step, plus, minus, 0 and 1 zoom, the space bar plays, the others scroll; Ctrl+F finds."""
        actions = {
            Qt.Key.Key_Escape: self.close_lightbox,
            Qt.Key.Key_Left: self._on_previous,
            Qt.Key.Key_Right: self._on_next,
            Qt.Key.Key_Plus: self._on_zoom_in,
            Qt.Key.Key_Equal: self._on_zoom_in,
            Qt.Key.Key_Minus: self._on_zoom_out,
            Qt.Key.Key_0: self._on_fit,
            Qt.Key.Key_1: self._on_actual_size,
            Qt.Key.Key_Space: self._on_space,
        }
        if event.matches(QKeySequence.StandardKey.Copy):
            self._on_copy()
        elif event.matches(QKeySequence.StandardKey.Find):
            self.preview.begin_find()
        elif (step := _SCROLL_STEPS.get(Qt.Key(event.key()))) is not None:
            self._scroll(step)
        elif (action := actions.get(Qt.Key(event.key()))) is not None:
            action()
        event.accept()  # nothing goes through to the window behind

    def event(self, event: QEvent) -> bool:
        """Keep the window's own shortcuts from what lies below, but for the one that ends it all."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride:
            if not event.matches(QKeySequence.StandardKey.Quit):
                event.accept()
            return True
        return super().event(event)

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002 - Qt's name
        """Keep the Tab key off the window behind."""
        reached = step_focus(self, is_forward=next)
        show_focus(reached, self._appearance)
        return reached is not None

    def _scroll(self, step: QAbstractSlider.SliderAction) -> None:
        """Scroll what is long, wherever the keyboard is."""
        areas = [area for area in self.preview.findChildren(QAbstractScrollArea) if area.isVisible()]
        if areas:
            areas[0].verticalScrollBar().triggerAction(step)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Cover the window."""
        QPainter(self).fillRect(self.rect(), QColor(self._appearance.tokens.window))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Keep clicks from the window behind."""
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Keep the wheel from the window behind."""
        event.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the window's size."""
        if self.isVisible() and watched is self.parentWidget() and event.type() is QEvent.Type.Resize:
            self.setGeometry(self.window().rect())
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        bar = QFrame()
        bar.setProperty("kind", "topbar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(16, 8, 8, 8)
        row.setSpacing(8)
        row.addWidget(self._name, 1)
        row.addWidget(self._details, 2)
        row.addWidget(self._zoom)
        self._buttons: dict[str, IconButton] = {}
        for icon_name, what, slot in (
            ("arrow-left", "Previous attachment", self._on_previous),
            ("arrow-right", "Next attachment", self._on_next),
            ("pause", _PAUSE, self._on_space),
            ("zoom-out", "Zoom out", self._on_zoom_out),
            ("zoom-in", "Zoom in", self._on_zoom_in),
            ("fit", "Fit to window", self._on_fit),
            ("actual-size", "Actual size", self._on_actual_size),
            ("copy", "Copy", self._on_copy),
            ("save", "Save as…", self._on_save),
            ("external", "Open with the system's application", self._on_open),
            ("folder", "Show in folder", self._on_reveal),
            ("close", "Close", self.close_lightbox),
        ):
            button = IconButton(icon_name, what, self._appearance)
            button.clicked.connect(slot)
            row.addWidget(button)
            self._buttons[icon_name] = button
        self._buttons["pause"].hide()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.canvas)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self._stack, 1)

    def _go_to(self, position: int) -> None:
        self._end_preview()
        self._position = position % len(self._items)
        item = self._items[self._position]
        self._name.setText(item.name)
        self.setAccessibleName(f"{item.kind.word} {item.name}")
        for name in ("arrow-left", "arrow-right"):
            self._buttons[name].setVisible(len(self._items) > 1)
        self._buttons["external"].setEnabled(can_open(item))
        self._buttons["folder"].setEnabled(item.path is not None)
        self._details.setText(describe_media(item, self._images.find_any(item.key)))
        if item.kind is MediaKind.IMAGE:
            self._show_picture(item)
        else:
            self.canvas.show_sentence("Loading…")
            self._start_session(item)

    def _show_picture(self, item: MediaItem) -> None:
        found = self._images.find(item.key, FULL_SIZE)
        if found is not None:
            self._show(found)
        else:
            self.canvas.show_sentence("Loading…")
            self._images.request(item, FULL_SIZE)

    def _show(self, loaded: LoadedImage) -> None:
        item = self._items[self._position]
        self._details.setText(describe_media(item, loaded))
        self.setAccessibleName(f"Image {item.name}, {loaded.size.width()} by {loaded.size.height()} pixels")
        self.canvas.show_image(QPixmap.fromImage(loaded.image))
        if get_format(loaded.format).is_animated and self._session is None:
            session = self._start_session(item)
            still = self._appearance.reduces_motion
            self._player = FramePlayer(session, self.canvas, self, starts_still=still)
            self._player.playing_changed.connect(self._show_playing)

    def _start_session(self, item: MediaItem) -> PreviewSession:
        self._session = PreviewSession(item, self)
        self._session.recognised.connect(self._on_recognised)
        self._session.failed.connect(self._on_session_failed)
        self._session.start()
        return self._session

    def _end_preview(self) -> None:
        if self._player is not None:
            self._player.stop()
            self._player.deleteLater()
            self._player = None
            self._show_playing()
        if self.preview is not self.canvas:
            self.preview.close_preview()
            self._stack.removeWidget(self.preview)
            self.preview.deleteLater()
            self.preview = self.canvas
        if self._session is not None:
            self._session.close()
            self._session.deleteLater()
            self._session = None

    def _show_playing(self) -> None:
        """Offer to hold still what moves, and to let it go on; of what stands still by nature, nothing."""
        button, player = self._buttons["pause"], self._player
        button.setVisible(player is not None and player.frame_count > 1)
        is_playing = player is not None and player.is_playing
        button.set_icon("pause" if is_playing else "play")
        button.set_what(_PAUSE if is_playing else _PLAY)

    def _on_recognised(self, known: MediaFormat) -> None:
        session = self._session
        if session is None or session is not self.sender() or self._player is not None:
            return
        preview = self._make_preview(session, known)
        if preview is None:  # said to be something else, and a picture by its first bytes
            self._show_picture(self._items[self._position])
            return
        self.preview = preview
        preview.zoom_changed.connect(self._on_zoom_changed)
        preview.described.connect(self._on_described)
        self._stack.addWidget(preview)
        self._stack.setCurrentWidget(preview)
        self._on_zoom_changed()

    def _make_preview(self, session: PreviewSession, known: MediaFormat) -> Preview | None:
        if known.decoder is Decoder.PDF:
            return PdfPreview(session, self._appearance)
        if known.decoder is Decoder.STREAMS:
            return StreamPreview(session, self._appearance)
        if known.decoder in {Decoder.SEPARATED, Decoder.PARQUET, Decoder.ARCHIVES}:
            return TablePreview(session)
        if known.decoder in {Decoder.TEXT, Decoder.BYTES}:
            return TextPreview(session, known, self._appearance)
        return None

    def _on_described(self, facts: tuple[str, ...]) -> None:
        item = self._items[self._position]
        self._details.setText(" · ".join((*facts, describe_media(item))))

    def _on_session_failed(self, wish: object, problem: str) -> None:
        if wish is None and self.sender() is self._session and not self.canvas.has_image:
            self.canvas.show_sentence(problem)

    def _on_zoom_changed(self) -> None:
        self._zoom.setText(self.preview.zoom_text)
        for name in ("zoom-out", "zoom-in", "fit", "actual-size"):
            self._buttons[name].setVisible(self.preview.can_zoom)

    def _is_shown(self, key: str, max_px: int) -> bool:
        return self.isVisible() and max_px == FULL_SIZE and self.item is not None and self.item.key == key

    def _on_image_loaded(self, key: str, max_px: int, loaded: LoadedImage) -> None:
        if self._is_shown(key, max_px):
            self._show(loaded)

    def _on_image_failed(self, key: str, max_px: int, problem: str) -> None:
        if self._is_shown(key, max_px):
            self.canvas.show_sentence(problem)

    def _on_previous(self) -> None:
        self._step(-1)

    def _on_next(self) -> None:
        self._step(1)

    def _step(self, direction: int) -> None:
        if len(self._items) > 1:  # the same one again would begin anew
            self._go_to(self._position + direction)

    def _on_zoom_in(self) -> None:
        self.preview.zoom_by(_ZOOM_STEP)

    def _on_zoom_out(self) -> None:
        self.preview.zoom_by(1 / _ZOOM_STEP)

    def _on_fit(self) -> None:
        self.preview.fit()

    def _on_actual_size(self) -> None:
        self.preview.show_actual_size()

    def _on_space(self) -> None:
        if self._player is not None:
            self._player.toggle()
        else:
            self.preview.press_space()

    def _on_copy(self) -> None:
        self.preview.copy()

    def _on_save(self) -> None:
        if self.item is not None:
            save_media_as(self.item, self)

    def _on_open(self) -> None:
        if self.item is not None:
            open_media(self.item, self)

    def _on_reveal(self) -> None:
        if self.item is not None:
            reveal_media(self.item, self)

    def close_lightbox(self) -> None:
        """Uncover the window."""
        self._end_preview()
        self.window().removeEventFilter(self)
        self.hide()
        self.canvas.show_sentence("")
        self._owner.setFocus(Qt.FocusReason.PopupFocusReason)
