"""A window with the search field over an open profile, typed into as an input method does; tells how long each key took
until its list was painted."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QEventLoop, QObject
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QMainWindow

from gridworker.settings import Settings
from gridworker.store.queries.find import find
from gridworker.ui.application import create_application
from gridworker.ui.background import Background
from gridworker.ui.search.finds import Find
from gridworker.ui.search.presenter import worth_asking
from gridworker.ui.search.search_box import SearchBox
from gridworker.wording import Wording

_LONGEST = 10.0


class _Watched(SearchBox):
    """Knows for which text a list was shown last."""

    shown = ""

    def show_finds(self, finds: Sequence[Find], text: str) -> None:
        super().show_finds(finds, text)
        self.shown = text


class _Paints(QObject):
    """Notes that the list was painted after it was shown for the text asked for."""

    def __init__(self, field: _Watched) -> None:
        super().__init__()
        self._field, self.wanted, self.painted = field, "", False

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Paint and self._field.shown == self.wanted:
            self.painted = True
        return False


class TypingWindow:
    """Shown on whatever platform there is."""

    def __init__(self, store: Any) -> None:
        self._application = create_application([], Settings(appearance="light"))
        self._background = Background()
        self._window = QMainWindow()
        self._application.theme.dress(self._window)
        self._field = _Watched(self._application.theme, Wording.load("zh_CN"))
        self._field.serve(partial(find, store), partial(self._background.run, owner=self._field), [])
        self._window.setMenuWidget(self._field)
        self._window.resize(1366, 700)
        self._window.show()
        self._field.setFocus()
        self._paints = _Paints(self._field)
        for part in (self._field.popup, self._field.popup.list.viewport()):
            part.installEventFilter(self._paints)

    def typed(self, text: str) -> list[float]:
        """Type `text` key by key into an empty field; the seconds of each key that is worth a question."""
        self._field.clear()
        self._field.close_list()
        QApplication.processEvents()
        times = []
        for place, char in enumerate(text, 1):
            begun = time.perf_counter()
            self._paints.wanted, self._paints.painted = text[:place].strip(), False
            self._field.shown = ""
            key = QInputMethodEvent()
            key.setCommitString(char)
            QApplication.sendEvent(self._field, key)
            if not worth_asking(text[:place]):
                continue
            while not self._paints.painted:  # sleeping between events, as a running window does
                QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
                if time.perf_counter() - begun > _LONGEST:
                    raise TimeoutError(text[:place])
            times.append(time.perf_counter() - begun)
        return times

    def close(self) -> None:
        self._background.close()
        self._window.close()
        self._window.deleteLater()
        QApplication.processEvents()
