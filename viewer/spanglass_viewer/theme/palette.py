"""A theme's colours as the application's palette; the style sheet names its roles, so that one sheet fits all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QPalette

if TYPE_CHECKING:
    from spanglass_viewer.theme.tokens import Tokens

_ROLE = QPalette.ColorRole
# Token → role → what a style sheet calls it. A role that Qt's own drawing asks for means here what it means there; the
# others are for what the sheet alone draws, and any of them is as good.
_ROLES = {
    "window": (_ROLE.Window, "window"),
    "raised": (_ROLE.Button, "button"),
    "text": (_ROLE.Text, "text"),
    "text_faint": (_ROLE.PlaceholderText, "placeholder-text"),
    "border": (_ROLE.Mid, "mid"),
    "accent": (_ROLE.Accent, "accent"),
    "selection": (_ROLE.Highlight, "highlight"),
    "hairline": (_ROLE.Midlight, "midlight"),
    "scrollbar": (_ROLE.Light, "light"),
    "hover": (_ROLE.Dark, "dark"),
    "pressed": (_ROLE.Shadow, "shadow"),
    "text_muted": (_ROLE.BrightText, "bright-text"),
    "accent_text": (_ROLE.LinkVisited, "link-visited"),
    "error": (_ROLE.ToolTipText, "tooltip-text"),
    "error_fill": (_ROLE.ToolTipBase, "tooltip-base"),
    "warning": (_ROLE.ButtonText, "button-text"),
    "warning_fill": (_ROLE.AlternateBase, "alternate-base"),
    "ok": (_ROLE.Link, "link"),
}
_SAME = {_ROLE.Base: "window", _ROLE.WindowText: "text", _ROLE.HighlightedText: "text"}


def role_names() -> dict[str, str]:
    """Return what a style sheet writes for each token that it may ask for."""
    return {token: f"palette({name})" for token, (_, name) in _ROLES.items()}


def make_palette(tokens: Tokens) -> QPalette:
    """Return a theme's palette."""
    palette = QPalette()
    by_role = {role: token for token, (role, _) in _ROLES.items()} | _SAME
    for role, token in by_role.items():
        palette.setColor(role, QColor(getattr(tokens, token)))
    for role in (_ROLE.WindowText, _ROLE.Text):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.text_faint))
    return palette
