"""Everything before a profile is open: the three ways to begin, their forms, and the passphrase. One stack of pages;
the work is done by the ways it is given, away from the window's thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from gridworker.complaints import complaint
from gridworker.errors import TooManyTries, WrongPassphrase
from gridworker.ui.background import Background, Report, Ticket
from gridworker.ui.dialogs.unlock import UnlockPage
from gridworker.ui.join_errors import field_of
from gridworker.ui.open_profile import OpenProfile
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

if TYPE_CHECKING:  # who unlocks sees none of these: they are loaded when they are shown
    from gridworker.ui.dialogs.create_profile import CreateProfilePage, ProfileRequest


@dataclass(frozen=True)
class Known:
    """A profile that is there to unlock. `hint` stands beside the passphrase field (practice community only);
    `profiles` names every profile there is, this one among them."""

    name: str
    practice: bool
    hint: str = ""
    profiles: tuple[str, ...] = ()


class Ways(Protocol):
    """How profiles are opened and begun; every call but `known` and `choose` runs away from the window."""

    def known(self) -> Known | None:
        """The profile that is there to unlock, or None on a first run."""
        ...

    def choose(self, place: int) -> None:
        """From now on `known` is the profile at `place` of its `profiles`."""
        ...

    def unlock(self, passphrase: str, report: Report) -> OpenProfile: ...

    def begin(self, request: ProfileRequest, report: Report) -> OpenProfile: ...


class FrontDoor(QStackedWidget):
    """`opened(OpenProfile)` when the way in was found; `look_changed(name, value)` for choices of the first page."""

    opened = Signal(object)
    look_changed = Signal(str, object)

    def __init__(self, theme: Theme, wording: Wording, background: Background, ways: Ways) -> None:
        super().__init__()
        self._theme, self._wording, self._background, self._ways = theme, wording, background, ways
        self._ticket: Ticket | None = None
        self._focus: QWidget = self
        self.show_first()

    def show_first(self) -> None:
        """The passphrase page if a profile is there, else the three ways to begin."""
        known = self._ways.known()
        if known is None:
            self.show_welcome()
        else:
            self.show_unlock(known)

    def show_welcome(self) -> None:
        from gridworker.ui.dialogs.welcome import WelcomePage

        page = WelcomePage(self._theme, self._wording)
        page.way_chosen.connect(self.show_form)
        page.privacy_requested.connect(self._show_privacy)
        page.look.chosen.connect(self.look_changed)
        self._show(page, page.first_focus())

    def _show_privacy(self) -> None:
        from PySide6.QtWidgets import QMessageBox

        box = QMessageBox(QMessageBox.Icon.NoIcon, self._wording("welcome.privacy"), "", parent=self)
        box.setText(self._wording("welcome.privacy_text"))
        box.exec()

    def show_form(self, way: str) -> None:
        """The form of a way. The practice community asks nothing: its passphrase is known to everybody."""
        from gridworker.ui.dialogs.create_profile import ProfileRequest
        from gridworker.ui.dialogs.welcome import PRACTICE

        page = self._form(way)
        if way == PRACTICE:
            self._begin(page, ProfileRequest(way, ""))

    def _form(self, way: str) -> CreateProfilePage:
        from gridworker.ui.dialogs.create_profile import CreateProfilePage

        page = CreateProfilePage(self._theme, self._wording, way)
        page.back_requested.connect(self.show_first)
        page.cancel_requested.connect(self._cancel)
        page.create_requested.connect(lambda request: self._begin(page, request))
        self._show(page, page.first_focus())
        return page

    def enter(self, work: Callable[[Report], OpenProfile]) -> None:
        """Go straight in: the practice community, opened or made first, with progress shown on its form."""
        from gridworker.ui.dialogs.welcome import PRACTICE

        self._start(self._form(PRACTICE), work)

    def show_unlock(self, known: Known) -> None:
        page = UnlockPage(
            *(self._theme, self._wording, known.name),
            practice=known.practice,
            hint=known.hint,
            profiles=known.profiles,
        )
        page.profile_chosen.connect(self._choose)
        page.unlock_requested.connect(lambda passphrase: self._unlock(page, passphrase))
        page.other_requested.connect(self.show_welcome)
        self._show(page, page.first_focus())

    def _choose(self, place: int) -> None:
        self._ways.choose(place)
        self.show_first()

    def _show(self, page: QWidget, focus: QWidget) -> None:
        old = self.currentWidget()
        self.addWidget(page)
        self.setCurrentWidget(page)
        self._focus = focus
        focus.setFocus()
        if old is not None:
            self.removeWidget(old)
            old.deleteLater()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._focus.setFocus()  # given before there was a window around it, the focus had been forgotten

    def _unlock(self, page: UnlockPage, passphrase: str) -> None:
        def failed(error: Exception) -> None:
            if isinstance(error, TooManyTries):
                page.show_wrong(wait_seconds=int(str(error.values["seconds"])))
            elif isinstance(error, WrongPassphrase):
                page.show_wrong()
            else:
                found = complaint(error, self._wording)
                page.show_failure(found.what, found.next)

        page.show_busy()
        self._background.run_with_progress(
            lambda report: self._ways.unlock(passphrase, report),
            self.opened.emit,
            failed,
            progress=page.show_progress,
            owner=page,
        )

    def _begin(self, page: CreateProfilePage, request: ProfileRequest) -> None:
        self._start(page, lambda report: self._ways.begin(request, report))

    def _start(self, page: CreateProfilePage, work: Callable[[Report], OpenProfile]) -> None:
        def failed(error: Exception) -> None:
            found = complaint(error, self._wording)
            page.show_failure(found.what, found.next, field_of(error) or found.field)

        page.show_progress(self._wording("welcome.starting"), 0, 0)
        self._ticket = self._background.run_with_progress(
            work, self.opened.emit, failed, progress=page.show_progress, owner=page
        )

    def _cancel(self) -> None:
        if self._ticket is not None:
            self._ticket.cancel()
