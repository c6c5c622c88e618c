"""Colours, fonts and pixmaps of the span table's rows, made once a theme and size of text: a paint makes nothing."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPixmap

from spanglass_viewer.theme.fonts import FontRole, font
from spanglass_viewer.theme.icons import icon_pixmap, type_icon_name
from spanglass_viewer.theme.text_size import text_px
from spanglass_viewer.turns.sliced_work import SlicedWork

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spanglass_viewer.theme.appearance import Appearance

ROW_HEIGHT = 28  # where text is 100 %
BADGE_PX = 18
MARK_PX = 14
_BADGE_ICON_PX = 13
_BADGE_RADIUS = 4.5
_GROUND_ALPHA = 0.17
_HIT_ALPHA = 0.32
_CACHED_TEXTS = 4096
_MOST_BADGES = 256
_USUAL_TYPES = ("task", "llm", "tool", "function")
_USUAL_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ._-…,:/µ%$()+"


def row_height() -> int:
    """Return how high every row of the tree is, in logical pixels."""
    return text_px(ROW_HEIGHT)


class RowStyle(QObject):
    """What the delegates paint with; remade when the theme or the size of text changes."""

    def __init__(self, appearance: Appearance, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._device_ratio = 1.0
        self._badges: dict[tuple[str, bool], QPixmap] = {}
        self._marks: dict[tuple[str, int, int], QPixmap] = {}
        self._preparing = SlicedWork(self)
        self._read_tokens()
        appearance.changed.connect(self._read_tokens)

    def _read_tokens(self) -> None:
        tokens = self._appearance.tokens
        text_width.cache_clear()
        elided.cache_clear()
        self.detail_font = font(FontRole.SMALL)
        self.tiny_font = font(FontRole.TINY)
        self._badges.clear()
        self._marks.clear()
        self._hues: dict[str, QColor] = {}
        self.window = QColor(tokens.window)
        self.raised = QColor(tokens.raised)
        self.hover = QColor(tokens.hover)
        self.hairline = QColor(tokens.hairline)
        self.selection = QColor(tokens.selection)
        self.selection_soft = QColor(tokens.selection_soft)
        self.accent = QColor(tokens.accent)
        self.text = QColor(tokens.text)
        self.muted = QColor(tokens.text_muted)
        self.faint = QColor(tokens.text_faint)
        self.error = QColor(tokens.error)
        self.warning = QColor(tokens.warning)
        self.live = QColor(tokens.ok)
        self.hit = QColor(tokens.warning)
        self.hit.setAlphaF(_HIT_ALPHA)
        self.guide_pen = QPen(QColor(tokens.guide))
        self.dashed_pen = QPen(QColor(tokens.text_faint), 1.0, Qt.PenStyle.DashLine)
        self.dashed_pen.setDashPattern([2.0, 2.0])
        self.grid_pen = QPen(QColor(tokens.hairline))

    def set_device_ratio(self, ratio: float) -> None:
        """Have pixmaps made for a screen of so many pixels a logical one."""
        if ratio != self._device_ratio:
            self._device_ratio = ratio
            self._badges.clear()
            self._marks.clear()

    def hue(self, span_type: str) -> QColor:
        """Return the colour of a span type."""
        found = self._hues.get(span_type)
        if found is None:
            found = self._hues[span_type] = QColor(self._appearance.tokens.type_hue(span_type))
        return found

    def badge(self, span_type: str, *, is_dimmed: bool = False) -> QPixmap:
        """Return the icon of a span type on its tinted ground."""
        found = self._badges.get((span_type, is_dimmed))
        if found is None:
            if len(self._badges) >= _MOST_BADGES:  # programs may call a type what they like
                self._badges.clear()
            found = self._badges[span_type, is_dimmed] = self._draw_badge(span_type, is_dimmed=is_dimmed)
        return found

    def _draw_badge(self, span_type: str, *, is_dimmed: bool) -> QPixmap:
        side = round(BADGE_PX * self._device_ratio)
        pixmap = QPixmap(side, side)
        pixmap.setDevicePixelRatio(self._device_ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        ground = QColor(self.hue(span_type))
        ground.setAlphaF(_GROUND_ALPHA)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(0.55 if is_dimmed else 1.0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(0, 0, BADGE_PX, BADGE_PX), _BADGE_RADIUS, _BADGE_RADIUS)
        icon = icon_pixmap(
            type_icon_name(span_type), self.hue(span_type).name(), _BADGE_ICON_PX, max(self._device_ratio, 1.0)
        )
        inset = (BADGE_PX - _BADGE_ICON_PX) / 2
        painter.drawPixmap(QRectF(inset, inset, _BADGE_ICON_PX, _BADGE_ICON_PX), icon, QRectF(icon.rect()))
        painter.end()
        return pixmap

    def prepare(self) -> None:
        """Make what nearly every trace is painted with, a few milliseconds a turn."""
        self._preparing.start(self._iter_preparations())

    @property
    def is_prepared(self) -> bool:
        """Tell whether nothing of that is still to be made."""
        return not self._preparing.is_active

    def _iter_preparations(self) -> Iterator[None]:
        """Make fonts and the shapes of their letters, marks and badges, a piece at a time."""
        for role in (FontRole.BODY_STRONG, FontRole.BODY, FontRole.SMALL, FontRole.TINY):
            text_width(role.name, role)
            yield
            self._draw_letters(role)
            yield
        for icon_name in ("chevron-right", "chevron-down"):
            self.mark(icon_name, self.muted)
        for span_type in _USUAL_TYPES:
            self.badge(span_type)
            yield
        for icon_name, color in (
            ("error", self.error),
            ("error-bubbled", self.error),
            ("clip", self.faint),
            ("ghost", self.faint),
        ):
            self.mark(icon_name, color)
            yield

    def _draw_letters(self, role: FontRole) -> None:
        """Draw the usual letters into nothing: Qt keeps their shapes."""
        nowhere = QPixmap(1, 1)
        nowhere.setDevicePixelRatio(self._device_ratio)
        painter = QPainter(nowhere)
        painter.setFont(font(role))
        painter.drawText(0, 0, _USUAL_CHARACTERS)
        painter.end()

    def mark(self, icon_name: str, color: QColor, size_px: int = MARK_PX) -> QPixmap:
        """Return a small icon in a colour."""
        key = (icon_name, color.rgb(), size_px)
        found = self._marks.get(key)
        if found is None:
            found = self._marks[key] = icon_pixmap(icon_name, color.name(), size_px, self._device_ratio)
        return found


@functools.lru_cache(maxsize=_CACHED_TEXTS)
def text_width(text: str, role: FontRole) -> int:
    """Return how wide a text is, in logical pixels."""
    return QFontMetrics(font(role)).horizontalAdvance(text)


@functools.lru_cache(maxsize=_CACHED_TEXTS)
def elided(text: str, role: FontRole, width: int, *, in_middle: bool = False) -> str:
    """Return as much of a text as fits a width."""
    if text_width(text, role) <= width:
        return text
    mode = Qt.TextElideMode.ElideMiddle if in_middle else Qt.TextElideMode.ElideRight
    return QFontMetrics(font(role)).elidedText(text, mode, max(width, 0))
