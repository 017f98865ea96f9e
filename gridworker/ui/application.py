"""Makes the QApplication: names, Qt's own translation, theme, focus ring, clipboard. gridworker.app puts the
parts together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from gridworker import __version__
from gridworker.ui.focus_ring import FocusRings
from gridworker.ui.fonts import require_chinese_font
from gridworker.ui.passing_clipboard import PassingClipboard
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

_FILES = ("QFileDialog", "QAbstractFileIconProvider")
_SAID_BY_US = {
    "&Look in:": "widgets.file_dialog.look_in",
    "Look in:": "widgets.file_dialog.look_in",
    "Files of &type:": "widgets.file_dialog.kind",
    "Files of type:": "widgets.file_dialog.kind",
    "File &name:": "widgets.file_dialog.name",
    "&File name:": "widgets.file_dialog.name",
    "Folder": "widgets.file_dialog.folder",
    "File Folder": "widgets.file_dialog.folder",
    "%1 File": "widgets.file_dialog.kind_of",
}


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
    clipboard: PassingClipboard


class _Missing(QTranslator):
    """What Qt's own Chinese leaves out. Asked only for texts that its translation does not know."""

    def __init__(self, app: QApplication, language: str) -> None:
        super().__init__(app)
        self._language = language
        self._texts: dict[str, str] = {}

    def isEmpty(self) -> bool:
        return False

    def translate(
        self, context: str, sourceText: str, disambiguation: str | None = None, n: int = -1
    ) -> str | None:
        if context not in _FILES or sourceText not in _SAID_BY_US:
            return None
        if not self._texts:
            wording = Wording.load(self._language)
            self._texts = {text: wording(key) for text, key in _SAID_BY_US.items()}
        return self._texts[sourceText]


class QtWords:
    """The translation of Qt's own texts (dialog buttons, dates), in Chinese or in the built-in English."""

    def __init__(self, app: QApplication) -> None:
        self._app = app
        self._translator: QTranslator | None = None
        self._missing: _Missing | None = None

    def use(self, language: str) -> None:
        """Switch to `zh_CN` or `en`, for dates and numbers too."""
        if self._translator is not None:
            self._app.removeTranslator(self._translator)
            self._translator = None
        if self._missing is not None:
            self._app.removeTranslator(self._missing)
            self._missing = None
        QLocale.setDefault(QLocale("zh_CN" if language == "zh_CN" else "en_GB"))
        if language == "zh_CN":
            self._missing = _Missing(self._app, language)
            self._app.installTranslator(self._missing)  # the last one installed is asked first
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
    return Application(app, theme, FocusRings(app, theme), words, PassingClipboard(app.clipboard()))
