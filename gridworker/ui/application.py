"""Makes the QApplication: names, Qt's own translation, theme, focus ring. gridworker.app puts the parts together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from gridworker import __version__
from gridworker.ui.focus_ring import FocusRings
from gridworker.ui.fonts import require_chinese_font
from gridworker.ui.theme import Theme


class Appearance(Protocol):
    """What of the settings the application's look depends on."""

    @property
    def language(self) -> str: ...

    @property
    def text_size(self) -> int: ...

    @property
    def appearance(self) -> str: ...


@dataclass(frozen=True)
class Application:
    """The running QApplication with its theme. Keep it until the program ends."""

    qt: QApplication
    theme: Theme
    rings: FocusRings
    words: QtWords


class QtWords:
    """The translation of Qt's own texts (dialog buttons, dates), in Chinese or in the built-in English."""

    def __init__(self, app: QApplication) -> None:
        self._app = app
        self._translator: QTranslator | None = None

    def use(self, language: str) -> None:
        """Switch to `zh_CN` or `en`, for dates and numbers too."""
        if self._translator is not None:
            self._app.removeTranslator(self._translator)
            self._translator = None
        QLocale.setDefault(QLocale("zh_CN" if language == "zh_CN" else "en_GB"))
        if language == "zh_CN":
            translator = QTranslator(self._app)
            folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
            if translator.load("qtbase_zh_CN", folder):
                self._app.installTranslator(translator)
                self._translator = translator


def create_application(argv: Sequence[str], settings: Appearance) -> Application:
    """Create the one QApplication, or dress the one that exists.

    Raises ChineseFontMissing when no font can draw Chinese."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(list(argv))
    app.setApplicationName("gridworker")
    app.setApplicationDisplayName("")
    app.setOrganizationName("gridworker")
    app.setApplicationVersion(__version__)
    require_chinese_font()
    words = QtWords(app)
    words.use(settings.language)
    theme = Theme(app, settings.appearance, settings.text_size)
    return Application(app, theme, FocusRings(app, theme), words)
