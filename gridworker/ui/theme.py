"""Colours, fonts, icons and sizes as one object that widgets get in their constructor; applies them to the application.

It follows the system's colour scheme or keeps the one the person chose, and says so with `changed`."""

from __future__ import annotations

from typing import Any, Final, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QFontMetricsF, QIcon
from PySide6.QtWidgets import QApplication, QWidget

from gridworker.ui import fonts
from gridworker.ui.icons import IconSet
from gridworker.ui.palette import make_palette
from gridworker.ui.proxy_style import GridworkerStyle
from gridworker.ui.stylesheet import make_stylesheet
from gridworker.ui.tokens import TEXT_SIZES, Scheme, Tokens

_T = TypeVar("_T")
APPEARANCES: Final = ("system", "light", "dark", "contrast")


class Theme(QObject):
    """The look in use. `appearance` is one of APPEARANCES, `text_size` one of TEXT_SIZES (percent)."""

    changed = Signal()

    def __init__(self, app: QApplication, appearance: str = "system", text_size: int = 100) -> None:
        super().__init__(app)
        self._app = app
        self.icons = IconSet()
        self._appearance = _known(appearance, APPEARANCES)
        self._text_size = _known(text_size, TEXT_SIZES)
        self._fonts: dict[str, QFont] = {}
        self._inks: dict[str, QColor] = {}
        self._windows: list[QWidget] = []
        self.tokens = self._make_tokens()
        self._style = GridworkerStyle(self)
        app.setStyle(self._style)
        app.styleHints().colorSchemeChanged.connect(self._follow_system)
        asked = _accessibility(app.styleHints())
        if asked is not None:
            asked.contrastPreferenceChanged.connect(self._follow_system)
        self._dress()

    @property
    def appearance(self) -> str:
        return self._appearance

    @property
    def text_size(self) -> int:
        return self._text_size

    def choose(self, *, appearance: str | None = None, text_size: int | None = None) -> None:
        """Fix another appearance or text size. Raises ValueError for one that is not on offer."""
        self._appearance = _known(appearance if appearance is not None else self._appearance, APPEARANCES)
        self._text_size = _known(text_size if text_size is not None else self._text_size, TEXT_SIZES)
        self._rebuild()

    def dress(self, window: QWidget) -> None:
        """Give a window that has no parent the style sheet, now and after every change; what is in it and its dialogs
        follow. A sheet of the whole application would be worked out again for every widget each time a part is put
        into another one, which is half of the time that making a page takes."""
        self._windows = [known for known in self._windows if shiboken6.isValid(known)]
        self._windows.append(window)
        window.setStyleSheet(make_stylesheet(self.tokens))

    def colour(self, name: str) -> QColor:
        """A colour token by name: `"text2"`, `"accent"`; of a state: `"due"` (its ink), `"due.tint"`, `"due.edge"`."""
        found = self._inks.get(name)
        if found is None:
            found = self._inks[name] = QColor(self._value(name))
        return found

    def _value(self, name: str) -> str:
        head, _, part = name.partition(".")
        value = getattr(self.tokens.colours, head)
        return value if isinstance(value, str) else str(getattr(value, part or "fg"))

    def font(self, style: str = "body") -> QFont:
        """The font of a text style: caption, caption_bold, body, body_bold, strong, panel, page, welcome."""
        if style not in self._fonts:
            self._fonts[style] = fonts.make_font(style, self.tokens.scale)
        return self._fonts[style]

    def metrics(self, style: str = "body") -> QFontMetrics:
        return QFontMetrics(self.font(style))

    def height(self, px: int) -> int:
        """Height in px of a row or control that is `px` at 100 %."""
        return self.tokens.height(px)

    def icon(self, name: str, colour: str = "text") -> QIcon:
        """A QIcon in a colour token; greyed where the control is disabled."""
        return self.icons.icon(name, self.colour(colour), self.colour("text3"))

    def _scheme(self) -> Scheme:
        if self._appearance != "system":
            return Scheme(self._appearance)
        hints = self._app.styleHints()
        if _system_wants_contrast(hints):
            return Scheme.CONTRAST
        return Scheme.DARK if hints.colorScheme() == Qt.ColorScheme.Dark else Scheme.LIGHT

    def _make_tokens(self) -> Tokens:
        scale = self._text_size / 100
        body = QFontMetricsF(fonts.make_font("body", scale)).height()
        caption = QFontMetricsF(fonts.make_font("caption", scale)).height()
        return Tokens(self._scheme(), scale, body, caption)

    def _follow_system(self) -> None:
        if self._appearance == "system":
            self._rebuild()

    def _rebuild(self) -> None:
        wanted = self._make_tokens()
        if wanted != self.tokens:
            self.tokens = wanted
            self._dress()
            self.changed.emit()

    def _dress(self) -> None:
        self._fonts.clear()
        self._inks.clear()
        self._app.setPalette(make_palette(self.tokens.colours))
        self._app.setFont(self.font("body"))
        for window in self._windows:
            if shiboken6.isValid(window):
                window.setStyleSheet(make_stylesheet(self.tokens))


def _accessibility(hints: QObject) -> Any:
    """What Qt 6.10 and later know of the system's accessibility settings; None before."""
    ask = getattr(hints, "accessibility", None)
    return None if ask is None or not hasattr(Qt, "ContrastPreference") else ask()


def _system_wants_contrast(hints: QObject) -> bool:
    asked = _accessibility(hints)
    return asked is not None and asked.contrastPreference() == Qt.ContrastPreference.HighContrast


def _known(value: _T, offered: tuple[_T, ...]) -> _T:
    if value not in offered:
        raise ValueError(f"{value!r} is not one of {offered}")
    return value
