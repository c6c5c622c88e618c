"""The one style sheet. Widgets say what they are by object name or by a `kind` property.

Its colours are roles of the application's palette, and what grows with text is in `em`, the height of the application's
font: so its text stays as it is in each theme and size.
"""

from __future__ import annotations

from string import Template

from spanglass_assets.paths import get_icon_path
from spanglass_viewer.theme.palette import role_names

# Only a style sheet can place these, and Qt reads them from files: their colours are told from the ground in both themes.
_ICONS = {"check_file": "check", "chevron_file": "chevron-down"}

_TEMPLATE = Template("""
* { outline: none; }
QMainWindow, QDialog { background: $window; }
QDialog { border: 1px solid $border; }
QWidget { color: $text; }
QToolTip { background: $raised; color: $text; border: 1px solid $border; padding: 4px 6px; }

QSplitter::handle { background: $hairline; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }

QAbstractScrollArea { background: $window; border: none; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $scrollbar; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: $text_faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QTableView, QTreeView, QListView { background: $window; border: none; selection-background-color: transparent; }
QTreeView[kind="commands"]::item { padding: 5px 8px; }
QTreeView[kind="commands"]::item:selected { background: $selection; color: $text; }
QTableView[kind="figures"]::item { padding: 0 8px; border-bottom: 1px solid $hairline; }
QTableView[kind="figures"]::item:selected { background: $selection; color: $text; }
QComboBox { background: $raised; border: 1px solid $border; border-radius: 6px; padding: 4px 4px 4px 8px; }
QComboBox:hover { border-color: $scrollbar; }
QComboBox:focus { border-color: $accent; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox::down-arrow { image: url("$chevron_file"); width: 12px; height: 12px; }
QComboBox QLineEdit, QComboBox QLineEdit:focus { background: transparent; border: none; padding: 0; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QCheckBox { spacing: 8px; }
QCheckBox::indicator { width: 14px; height: 14px; background: $raised; border: 1px solid $text_faint; border-radius: 4px; }
QCheckBox::indicator:hover { border-color: $text; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url("$check_file"); }
QCheckBox:focus { color: $accent; }
QMenu QCheckBox { padding: 5px 20px 5px 10px; }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $border; selection-background-color: $selection; selection-color: $text; }
QListView[kind="completions"] { background: $raised; border: 1px solid $border; padding: 4px; }
QListView[kind="completions"]::item { padding: 4px 8px; border-radius: 4px; }
QListView[kind="completions"]::item:selected { background: $selection; color: $text; }
QTableView[kind="records"] { background: transparent; alternate-background-color: $hover; }
QTableView[kind="records"] QHeaderView::section:vertical { background: transparent; border: none; padding: 0 6px 0 2px; color: $text_faint; }
QTableView[kind="records"] QTableCornerButton::section { background: transparent; border: none; }
QHeaderView { background: $window; border: none; }
QTableCornerButton::section { background: $window; border: none; border-bottom: 1px solid $hairline; }
QTableView[kind="values"] { gridline-color: $hairline; }
QTableView[kind="values"]::item { padding: 0 8px; }
QHeaderView::section { background: $window; color: $text_muted; border: none; border-bottom: 1px solid $hairline; padding: 0 8px; }

QSlider::groove:horizontal { height: 4px; background: $pressed; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal { width: 12px; height: 12px; margin: -4px 0; border-radius: 6px; background: $accent; }
QLineEdit { background: $raised; border: 1px solid $border; border-radius: 6px; padding: 4px 8px; selection-background-color: $accent; selection-color: $accent_text; }
QLineEdit:hover { border-color: $scrollbar; }
QLineEdit:focus { border-color: $accent; }
QLineEdit[invalid="true"] { border-color: $error; }

QPlainTextEdit, QTextEdit { background: transparent; border: none; selection-background-color: $selection; selection-color: $text; }

QPlainTextEdit[kind="editor"] { background: $window; border: 1px solid $border; border-radius: 6px; padding: 2px 4px; selection-background-color: $accent; selection-color: $accent_text; }
QPlainTextEdit[kind="editor"]:focus { border-color: $accent; }
QFrame[kind="card"] QLineEdit { background: $window; }
QFrame[kind="card"] QComboBox { background: $window; }

QToolButton { background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 4px; color: $text_muted; }
QToolButton:hover { background: $hover; color: $text; }
QToolButton:pressed, QToolButton:checked { background: $pressed; color: $text; }
QToolButton:focus { border-color: $accent; }
QToolButton::menu-indicator { image: none; width: 0; }
QToolButton[kind="picker"] { border: 1px solid $border; padding: 3px 8px; text-align: left; }
QToolButton[kind="picker"]:focus { border-color: $accent; }
QPushButton { background: $raised; border: 1px solid $border; border-radius: 6px; padding: 5px 12px; color: $text; }
QPushButton:hover { background: $pressed; }
QPushButton:focus { border-color: $accent; }
QPushButton:disabled { color: $text_faint; }
QPushButton[kind="primary"] { background: $accent; border-color: $accent; color: $accent_text; }
QPushButton[kind="primary"]:disabled { background: $raised; border-color: $border; color: $text_faint; }
QPushButton[kind="link"] { background: transparent; border-color: transparent; color: $accent; padding: 2px 4px; }
QPushButton[kind="link"]:focus { border-color: $accent; }

QPushButton[kind="chip"] { background: transparent; border: 1px solid $border; border-radius: 0.6em; padding: 0 10px; color: $text_muted; min-height: 1.19em; max-height: 1.19em; }
QPushButton[kind="chip"]:hover { background: $hover; color: $text; }
QPushButton[kind="chip"]:checked { background: $selection; border-color: $selection; color: $accent; }
QPushButton[kind="chip"]:focus { border-color: $accent; }
QPushButton[kind="stat"] { background: $raised; border: 1px solid $border; border-radius: 6px; padding: 2px 9px; color: $text; min-height: 1em; max-height: 1em; }
QPushButton[kind="stat"]:focus { border-color: $accent; }
QPushButton[kind="stat"][tone="error"] { background: $error_fill; border-color: $error_fill; color: $error; }
QPushButton[kind="stat"][tone="error"]:hover { border-color: $error; }
QPushButton[kind="stat"][tone="warning"] { background: $warning_fill; border-color: $warning_fill; color: $warning; }
QPushButton[kind="stat"][tone="warning"]:hover { border-color: $warning; }
QPushButton[kind="stat"][tone="error"]:focus, QPushButton[kind="stat"][tone="warning"]:focus { border-color: $accent; }
QPushButton[kind="pill"] { background: $accent; border: none; border-radius: 0.72em; padding: 0 12px; min-height: 1.5em; max-height: 1.5em; color: $accent_text; }
QLabel[kind="stat"] { background: $raised; border: 1px solid $border; border-radius: 6px; padding: 2px 9px; min-height: 1em; max-height: 1em; }
QLabel[kind="stat"][tone="live"] { color: $ok; }
QLabel[kind="stat"][tone="warning"] { color: $warning; background: $warning_fill; border-color: $warning_fill; }

QLabel[tone="muted"] { color: $text_muted; }
QLabel[tone="faint"] { color: $text_faint; }
QLabel[tone="error"] { color: $error; }
QLabel[tone="ok"] { color: $ok; }
QLabel[tone="warning"] { color: $warning; }
QLabel[kind="hint"] { background: $error_fill; border: 1px solid $error; border-radius: 6px; padding: 5px 9px; }
QLabel[hit="true"] { color: $warning; }

QFrame[kind="card"] { background: $raised; border: 1px solid $hairline; border-radius: 8px; }
QFrame[kind="card"][tone="error"] { background: $error_fill; border-color: $error_fill; }
QFrame[kind="card"][tone="bare"] { background: transparent; border: none; }
QFrame[kind="tile"] { background: $raised; border: 1px solid $hairline; border-radius: 8px; }
QFrame[kind="card"] QFrame[kind="tile"] { background: $window; }
QTreeView[kind="jsontree"] { background: transparent; }
QWidget#detailContent, QWidget#emptyContent { background: $window; }
QPushButton[kind="cardtitle"] { background: transparent; border: none; padding: 2px 4px 2px 0; color: $text_muted; text-align: left; }
QPushButton[kind="cardtitle"]:hover { color: $text; }
QPushButton[kind="cardtitle"]:focus { color: $accent; }
QToolButton[kind="quiet"] { padding: 2px 4px; color: $text_faint; }
QFrame[kind="topbar"] { background: $window; border: none; border-bottom: 1px solid $hairline; }
QFrame[kind="banner"] { background: $raised; border: none; border-bottom: 1px solid $hairline; }
QFrame[kind="banner"][tone="warning"] { background: $warning_fill; }
QFrame[kind="statusbar"] { background: $window; border: none; border-top: 1px solid $hairline; }

QTabWidget::pane { border: none; border-top: 1px solid $hairline; }
QTabBar::tab { background: transparent; border: none; border-bottom: 2px solid transparent; padding: 6px 2px; margin-right: 16px; color: $text_muted; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:hover { color: $text; }

QMenu { background: $raised; border: 1px solid $border; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 4px; }
QMenu::item:selected { background: $selection; }
QMenu::item:disabled { color: $text_faint; }
QMenu::separator { height: 1px; background: $hairline; margin: 4px 8px; }
""")


def style_sheet() -> str:
    """Return the style sheet, which is the same in all themes and sizes of text."""
    return _TEMPLATE.substitute(
        role_names() | {name: get_icon_path(f"fixed/{icon}").as_posix() for name, icon in _ICONS.items()}
    )
