"""Buttons: primary, plain, quiet and danger, with icon and printed key; tool buttons for the few icon-only acts."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QToolButton

from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES, Scheme
from gridworker.ui.widgets.painting import key_width, paint_key, paint_rounded, paint_text

_GAP = 8
_PAD = {"primary": 12, "plain": 12, "quiet": 8, "danger": 12, "outcome": 12}


@dataclass(frozen=True)
class _Inks:
    fill: QColor | None
    edge: QColor | None
    text: QColor
    filled: bool


class Button(QPushButton):
    """A push button drawn from tokens. `kind`: primary (one per page or panel), plain, quiet, danger, outcome.

    `key` is printed in the button; `shortcut=True` also binds it. `small` is 28 high instead of 32; outcome buttons are
    40 high and checkable. Call `say_why_disabled` instead of only disabling."""

    def __init__(
        self,
        theme: Theme,
        text: str,
        kind: str = "plain",
        *,
        icon: str | None = None,
        key: str = "",
        shortcut: bool = False,
        small: bool = False,
    ) -> None:
        super().__init__()
        self._theme, self._kind, self._icon, self._key, self._small = theme, kind, icon, key, small
        self._label = ""
        self._enabled_label = text
        self._show_key = bool(key)
        self._big = False
        self.setCheckable(kind == "outcome")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setProperty("kind", kind)
        self.set_label(text)
        if key and shortcut:
            self.setShortcut(QKeySequence(key))
        theme.changed.connect(self._restyle)

    @property
    def kind(self) -> str:
        return self._kind

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that the keyboard is on, as Space does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.click()
        else:
            super().keyPressEvent(event)

    def set_label(self, text: str) -> None:
        """Another text; also the accessible name."""
        self._label = self._enabled_label = text
        self._restyle()

    def set_kind(self, kind: str) -> None:
        self._kind = kind
        self.setProperty("kind", kind)
        self._restyle()

    def set_big(self, big: bool) -> None:
        """The one act of a page for people who look for it: larger letters, more room."""
        self._big = big
        self._restyle()

    def set_key_shown(self, shown: bool) -> None:
        """Narrow layouts take the key hints off the buttons; the shortcut stays."""
        self._show_key = shown and bool(self._key)
        self._restyle()

    def say_why_disabled(self, reason: str | None) -> None:
        """Disable with a reason appended to the text, or enable again with None."""
        self.setEnabled(reason is None)
        self._label = self._enabled_label if reason is None else f"{self._enabled_label} · {reason}"
        self._restyle()

    def _restyle(self) -> None:
        self.setAccessibleName(self._label)
        self.setAccessibleDescription(self._key)
        self.updateGeometry()
        self.update()

    def _font_style(self) -> str:
        if self._big:
            return "panel"
        bold = self._kind == "primary" or self.isChecked()
        return "body_bold" if bold else "body"

    def sizeHint(self) -> QSize:
        size = self.minimumSizeHint()
        return QSize(size.width() + self._icon_room() + self._key_room(), size.height())

    def _icon_room(self) -> int:
        return self._theme.tokens.icon(SIZES.icon) + _GAP if self._icon and self._label else 0

    def _key_room(self) -> int:
        return key_width(self._theme, self._key) + _GAP if self._show_key else 0

    def minimumSizeHint(self) -> QSize:
        """Its words alone: where room is short the key leaves first, then the icon."""
        theme = self._theme
        style = "panel" if self._big else "body_bold"
        width = 2 * _PAD[self._kind] + theme.metrics(style).horizontalAdvance(self._label) + 2
        width += 2 * _PAD[self._kind] if self._big else 0
        if not self._label:
            width += theme.tokens.icon(SIZES.icon)
        px = SIZES.outcome_button if self._kind == "outcome" else SIZES.control
        px = SIZES.title_row if self._big else px
        return QSize(width, theme.height(SIZES.control_small if self._small else px))

    def _inks(self) -> _Inks:
        theme = self._theme
        if not self.isEnabled():
            quiet = self._kind == "quiet"
            return _Inks(
                None if quiet else theme.colour("alt"),
                None if quiet else theme.colour("line"),
                theme.colour("text3"),
                False,
            )
        hovered = self.underMouse() or self.isDown()
        if self._kind == "primary":
            return _Inks(theme.colour("accent"), theme.colour("accent"), theme.colour("on_accent"), True)
        if self._kind == "quiet":
            return _Inks(theme.colour("hover") if hovered else None, None, theme.colour("accent"), False)
        if self._kind == "outcome" and self.isChecked():
            return _Inks(theme.colour("sel"), theme.colour("accent"), theme.colour("accent"), False)
        ink = theme.colour("late" if self._kind == "danger" else "text")
        return _Inks(theme.colour("hover" if hovered else "surface"), theme.colour("ctl"), ink, False)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, inks = self._theme, self._inks()
        painter = QPainter(self)
        paint_rounded(painter, self.rect(), SIZES.radius_control, inks.fill, inks.edge)
        if self._kind == "outcome" and self.isChecked():
            paint_rounded(
                painter, self.rect().adjusted(1, 1, -1, -1), SIZES.radius_control - 1, None, inks.edge
            )
        if inks.filled and self.isDown() and theme.tokens.scheme is not Scheme.CONTRAST:
            paint_rounded(
                painter, self.rect().adjusted(2, 2, -2, -2), SIZES.radius_control - 2, None, inks.text
            )
        self._paint_content(painter, inks)

    def _paint_content(self, painter: QPainter, inks: _Inks) -> None:
        theme = self._theme
        font = theme.font(self._font_style())
        pad = _PAD[self._kind]
        room = self.rect().adjusted(pad, 0, -pad, 0)
        text_width = theme.metrics(self._font_style()).horizontalAdvance(self._label) + 1
        spare = room.width() - text_width
        shows_icon = bool(self._icon) and spare >= self._icon_room()
        shows_key = self._show_key and spare >= self._icon_room() + self._key_room()
        icon = theme.tokens.icon(SIZES.icon) if shows_icon else 0
        key = key_width(theme, self._key) if shows_key else 0
        gaps = (_GAP if icon and self._label else 0) + (_GAP if key else 0)
        text_width = min(text_width, max(room.width() - icon - key - gaps, 0))
        x = room.left() + max((room.width() - icon - key - gaps - text_width) // 2, 0)
        if shows_icon and self._icon:
            theme.icons.paint(painter, self._icon, QRect(x, 0, icon, self.height()), icon, inks.text)
            x += icon + (_GAP if self._label else 0)
        paint_text(painter, QRect(x, 0, text_width, self.height()), self._label, font, inks.text)
        if key:
            at = QRect(x + text_width + _GAP, 0, key, self.height())
            on_fill = inks.filled or (self._kind == "outcome" and self.isChecked())
            paint_key(painter, theme, at, self._key, ink=inks.text if on_fill else None)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self.update()


class IconButton(QToolButton):
    """One of the few acts shown as an icon alone (close, more, lock, previous, next): always with tooltip and name."""

    def __init__(
        self, theme: Theme, icon: str, name: str, *, colour: str = "text2", px: int = SIZES.icon
    ) -> None:
        super().__init__()
        self._theme, self._icon, self._colour, self._px = theme, icon, colour, px
        self.setToolTip(name)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_icon(self, icon: str, name: str) -> None:
        self._icon = icon
        self.setToolTip(name)
        self.setAccessibleName(name)
        self.update()

    def _restyle(self) -> None:
        edge = self._theme.height(SIZES.control_small)
        self.setFixedSize(edge, edge)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        if self.isEnabled() and (self.underMouse() or self.isDown() or self.isChecked()):
            paint_rounded(painter, self.rect(), SIZES.radius_control, theme.colour("hover"), None)
        colour = theme.colour(self._colour if self.isEnabled() else "text3")
        theme.icons.paint(painter, self._icon, self.rect(), theme.tokens.icon(self._px), colour)
