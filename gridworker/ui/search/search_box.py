"""The search field in the header with its list: typing asks, arrows move, Enter chooses, Esc leaves."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from gridworker.ui.pages.running import Run
from gridworker.ui.search.finds import Command, Find
from gridworker.ui.search.presenter import Ask, SearchPresenter
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.search_field import SearchField
from gridworker.wording import Wording

if TYPE_CHECKING:
    from gridworker.ui.search.popup import FindPopup

#: A key within this time makes the question before it pointless.
TYPING_MS = 10
_WIDTH, _LEAST = 360, 150
_PAGE = 6
_OWN_KEYS = (Qt.Key.Key_Escape, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class SearchBox(SearchField):
    """`chosen(Find)`. Give it its profile with `serve` before anybody types. `hint` says what is looked for, and `key`
    leads here."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, wording: Wording, *, hint: str = "", key: str = "Ctrl+K") -> None:
        super().__init__(theme, hint or wording("search.hint"), clear=wording("widgets.clear"), key=key)
        self._words, self._presenter = wording, None  # type: tuple[Wording, SearchPresenter | None]
        self._before: QWidget | None = None
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_MS)
        self._typing.timeout.connect(self._ask)
        self.textEdited.connect(lambda _text: self._typing.start())
        self.clear_button.clicked.connect(self.close_list)
        self.setAccessibleName(hint or wording("search.name"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    @cached_property
    def popup(self) -> FindPopup:
        """The card under the field, made when it is first needed."""
        from gridworker.ui.search.popup import FindPopup

        popup = FindPopup(self._theme, self._words, self)
        popup.list.chosen.connect(self._choose)
        return popup

    @property
    def _is_open(self) -> bool:
        return "popup" in vars(self) and self.popup.isVisible()

    def serve(self, ask: Ask, run: Run, commands: Sequence[Command]) -> None:
        """`ask(text)` is called through `run`, away from the window."""
        self._presenter = SearchPresenter(ask, run, self, commands, self._words)

    def sizeHint(self) -> QSize:
        return QSize(self._wide(_WIDTH), self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._wide(_LEAST), self.height())

    def _wide(self, px: int) -> int:
        """360 at 100 %, 464 at 150 %: less than the text grows."""
        return round(px * (1 + 0.578 * (self._theme.tokens.scale - 1)))

    def take_focus(self) -> None:
        """Ctrl+K: what was typed is selected; where nothing is, the commands are offered."""
        focused = QApplication.focusWidget()
        if focused is not None and focused is not self:
            self._before = focused
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()
        if self._presenter is not None:
            if self.text().strip():
                self._ask()
            else:
                self._presenter.offer_commands()

    # What the presenter tells

    def show_finds(self, finds: Sequence[Find], text: str) -> None:
        if self.window().focusWidget() is not self:  # the person went elsewhere meanwhile
            return
        self.popup.show_finds(finds, text)
        self._tell()

    def hide_finds(self) -> None:
        if self._is_open:
            self.popup.hide()

    def choose_first(self) -> None:
        if self._is_open:
            self._choose(self.popup.list.selected())

    # What the person does

    def _ask(self) -> None:
        if self._presenter is not None:
            self._presenter.typed(self.text())

    def _choose(self, find: Find | None) -> None:
        if find is None:
            return
        self.close_list()
        self.clear()
        self.clearFocus()
        self.chosen.emit(find)

    def close_list(self) -> None:
        self._typing.stop()
        self.hide_finds()
        if self._presenter is not None:
            self._presenter.forget()

    def _tell(self) -> None:
        """The line that Enter would choose, for a screen reader."""
        find = self.popup.list.selected()
        count = self.popup.list.finds_model.rowCount()
        spoken = (
            self._words("search.spoken", count=count, line=find.spoken) if find else self.popup.nothing.text()
        )
        self.setAccessibleDescription(spoken)

    def event(self, event: QEvent) -> bool:
        # The page's own Esc and arrows must not take these keys while the list is open.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in _OWN_KEYS
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_PageDown: _PAGE,
            Qt.Key.Key_PageUp: -_PAGE,
        }
        key = Qt.Key(event.key())
        if key in steps:
            self._step(steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter()
        elif key == Qt.Key.Key_Escape:
            self._leave()
        else:
            super().keyPressEvent(event)

    def _step(self, by: int) -> None:
        if self._is_open:
            self.popup.list.step(by)
            self._tell()
        elif by > 0:
            self.take_focus()

    def _enter(self) -> None:
        self._typing.stop()
        if self._presenter is not None and self._presenter.entered(self.text()) and self._is_open:
            self._choose(self.popup.list.selected())

    def _leave(self) -> None:
        """The list first, then the text, then back to where the person was."""
        if self._is_open:
            self.close_list()
        elif self.text():
            self.clear()
        else:
            back, self._before = self._before, None
            if back is not None and back.isVisible():
                back.setFocus(Qt.FocusReason.OtherFocusReason)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason):
            self.close_list()
