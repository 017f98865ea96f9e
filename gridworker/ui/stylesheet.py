"""The one generated style sheet. Only what palette and style cannot say; never a font size (fonts are set as QFont)."""

from __future__ import annotations

from string import Template

from gridworker.ui.tokens import SIZES, Scheme, Tokens

_SHEET = Template("""
QToolTip { background: $surface; color: $text; border: 1px solid $line; padding: 4px 8px; }
QFrame[card="true"] { background: $surface; border: 1px solid $line; border-radius: ${card}px; }
QFrame[card="chosen"] { background: $surface; border: 2px solid $accent; border-radius: ${card}px; }
QFrame[foot="true"] { background: $alt; border: none; border-top: 1px solid $line;
  border-bottom-left-radius: ${inner}px; border-bottom-right-radius: ${inner}px; }
QFrame[rule="true"] { background: $line; border: none; }
#Header { background: $sidebar; border: none; border-bottom: 1px solid $line; }
#Tree { background: $sidebar; border: none; }
#Status { background: $sidebar; border: none; border-top: 1px solid $line; }
#Tabs { background: $window; border: none; border-bottom: 1px solid $line; }
QSplitter::handle { background: $line; }
QPlainTextEdit, QTextEdit { background: $surface; border: 1px solid $ctl; border-radius: ${control}px;
  padding: 4px 6px; }
QPlainTextEdit:focus, QTextEdit:focus { border-color: $accent; }
QPlainTextEdit:disabled, QTextEdit:disabled { background: $alt; border-color: $line; color: $text3; }
QScrollArea, QScrollArea > QWidget > QWidget[plain="true"] { background: transparent; border: none; }
QToolButton[segment] { background: $surface; border: 1px solid $ctl; border-left-color: $line; margin: 0; }
QToolButton[segment="first"] { border-left-color: $ctl; border-top-left-radius: ${control}px;
  border-bottom-left-radius: ${control}px; }
QToolButton[segment="only"] { border-left-color: $ctl; border-radius: ${control}px; }
QToolButton[segment="last"] { border-top-right-radius: ${control}px; border-bottom-right-radius: ${control}px; }
QToolButton[segment="first"], QToolButton[segment="middle"] { border-right: none; }
QToolButton[segment]:hover { background: $hover; }
QToolButton[segment]:checked { background: $sel; }
QCheckBox::indicator, QRadioButton::indicator { width: ${mark}px; height: ${mark}px; }
QTableView { gridline-color: $line; }
QHeaderView { background: $alt; border: none; }
QHeaderView::section { background: $alt; color: $text; border: none; border-bottom: 1px solid $line;
  padding: 0 12px; font-weight: bold; }
QTableView, QListView, QTreeView { background: $surface; border: none; outline: none; }
#TreeView { background: transparent; }
QMenu { background: $surface; color: $text; border: 1px solid $ctl; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: ${chip}px; }
QMenu::item:selected { background: $sel; $menu_edge }
QMenu::item:disabled { color: $text3; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle { background: $ctl; border-radius: 3px; }
QScrollBar::handle:vertical { margin: 2px 3px; min-height: 32px; }
QScrollBar::handle:horizontal { margin: 3px 2px; min-width: 32px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QProgressBar { background: $hover; border: 1px solid $ctl; border-radius: ${chip}px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
""")


def make_stylesheet(tokens: Tokens) -> str:
    """The application's style sheet for these tokens."""
    colours = tokens.colours
    names = ("window", "sidebar", "surface", "alt", "hover", "sel", "line", "ctl", "text", "text3", "accent")
    values = {name: str(getattr(colours, name)) for name in names}
    edge = f"border: 1px solid {colours.sel_edge};" if tokens.scheme is Scheme.CONTRAST else ""
    return _SHEET.substitute(
        values,
        card=SIZES.radius_card,
        inner=SIZES.radius_card - 1,
        control=SIZES.radius_control,
        chip=SIZES.radius_chip,
        mark=tokens.icon(SIZES.icon_small),
        menu_edge=edge,
    )
