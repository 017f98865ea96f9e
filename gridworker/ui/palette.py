"""The QPalette of a scheme. Qt's own schemes are not used: they do nothing on some platforms."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette

from gridworker.ui.tokens import Colours

_ROLE = QPalette.ColorRole
_GROUP = QPalette.ColorGroup


def make_palette(colours: Colours) -> QPalette:
    """Every role Fusion reads, for the Active, Inactive and Disabled groups."""
    palette = QPalette()
    for role, value in _roles(colours).items():
        for group in (_GROUP.Active, _GROUP.Inactive, _GROUP.Disabled):
            palette.setColor(group, role, QColor(value))
    for role in (_ROLE.Text, _ROLE.WindowText, _ROLE.ButtonText, _ROLE.HighlightedText):
        palette.setColor(_GROUP.Disabled, role, QColor(colours.text3))
    return palette


def _roles(colours: Colours) -> dict[QPalette.ColorRole, str]:
    return {
        _ROLE.Window: colours.window,
        _ROLE.WindowText: colours.text,
        _ROLE.Base: colours.surface,
        _ROLE.AlternateBase: colours.alt,
        _ROLE.Text: colours.text,
        _ROLE.PlaceholderText: colours.text3,
        _ROLE.Button: colours.surface,
        _ROLE.ButtonText: colours.text,
        _ROLE.BrightText: colours.late.fg,
        _ROLE.Highlight: colours.sel,
        _ROLE.HighlightedText: colours.text,
        _ROLE.Link: colours.accent,
        _ROLE.LinkVisited: colours.accent,
        _ROLE.Accent: colours.accent,
        _ROLE.Light: colours.line,
        _ROLE.Midlight: colours.line,
        _ROLE.Mid: colours.line,
        _ROLE.Dark: colours.ctl,
        _ROLE.Shadow: colours.line,
        _ROLE.ToolTipBase: colours.surface,
        _ROLE.ToolTipText: colours.text,
    }
