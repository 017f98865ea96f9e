"""The one top-level window: the doors before a profile is open, the desk while it is. Owns the application object,
the worker threads and the settings in force."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from gridworker.settings import Settings
from gridworker.ui.application import Application
from gridworker.ui.background import Background, Report
from gridworker.ui.front_door import FrontDoor, Ways
from gridworker.ui.idle import Idle
from gridworker.ui.later_pages import LaterPages
from gridworker.ui.open_profile import OpenProfile
from gridworker.wording import Wording

if TYPE_CHECKING:
    from gridworker.store.rows import Scope
    from gridworker.ui.desk import Desk
    from gridworker.ui.desk_facts import DeskFacts
    from gridworker.ui.system_lock import SystemLock

#: The first page is painted before anything else is loaded.
_AFTER_PAINT_MS = 150
#: What the window needs once a profile is open; the desk begins with Today. What exchanges with a server need is
#: loaded by whoever opens a profile that has one.
_DESK = (
    "gridworker.store.store",
    "gridworker.models.roles",
    "gridworker.ui.desk",
    "gridworker.ui.desk_facts",
    "gridworker.ui.desk_memory",
    "gridworker.ui.pages.today.page",
    "gridworker.ui.pages.today.source",
)
#: Whoever only has the pages of field work reads larger text unless another size was chosen.
_STEWARD_TEXT = 125
#: How soon it is looked again whether a dialog is still open.
_DIALOG_MS = 500


class Doors(Ways, Protocol):
    """What the composition root offers beside the ways of the first page. `straight_in`: enter the practice
    community without asking."""

    wording: Wording
    straight_in: bool

    def enter_practice(self, report: Report) -> OpenProfile: ...


def _prepare() -> None:
    """Load, while a passphrase is being typed, what opening a profile and its pages will need."""
    for name in _DESK:
        importlib.import_module(name)
    gc.freeze()  # modules stay: looking through them again and again for what may go would hold up the window


class Window(QStackedWidget):
    """`run()` shows it and returns the exit code. `desk` is the open profile's window, None while locked."""

    def __init__(
        self, application: Application, found: Settings, doors: Doors, keep: Callable[[Settings], None]
    ) -> None:
        super().__init__()
        self._application = application
        self._settings, self._doors, self._keep = found, doors, keep
        self._background = Background()
        self.desk: Desk | None = None
        self._profile: OpenProfile | None = None
        self._leaving = False
        self._came_from = ""  # the page on which another language was chosen, or that was left by locking
        self._idle = Idle(self._application.qt, self.lock, found.lock_after)
        self._system: SystemLock | None = None
        application.theme.dress(self)
        self.setWindowTitle(doors.wording("shell.product"))
        self.resize(found.window_width, found.window_height)
        self._show_door()

    def run(self) -> int:
        """Show the window and stay until it is closed."""
        self.show()
        QTimer.singleShot(_AFTER_PAINT_MS, lambda: self._aside(_prepare))
        self.begin()
        code = self._application.qt.exec()
        self.stop()
        return code

    def begin(self) -> None:
        """Go straight into the practice community where that is what was asked for."""
        if self._doors.straight_in:
            self.door.enter(self._doors.enter_practice)

    def stop(self) -> None:
        """End the worker threads; the profile is closed by then."""
        self._background.close()

    @property
    def open_store(self) -> Any:
        """The open profile's store, to pass on to queries; None while locked."""
        return self._profile.store if self._profile else None

    @property
    def busy(self) -> bool:
        """True while something is being read or saved away from the window."""
        return self._background.busy

    def _replace(self, widget: QWidget) -> None:
        old = self.currentWidget()
        self.addWidget(widget)
        self.setCurrentWidget(widget)
        if old is not None:
            self.removeWidget(old)
            old.deleteLater()

    def _show_door(self) -> None:
        self.door = FrontDoor(self._application.theme, self._doors.wording, self._background, self._doors)
        self.door.opened.connect(self._opened)
        self.door.look_changed.connect(self.choose_look)
        self._replace(self.door)

    # -- while a profile is open ---------------------------------------------------------------------------------

    def _opened(self, profile: OpenProfile) -> None:
        wording = self._doors.wording

        def first() -> tuple[DeskFacts, Scope, bytes | None]:
            _prepare()  # whoever is faster than the loading waits for it here, not in the window's thread
            from gridworker.ui import desk_facts, desk_memory

            stored = profile.store.state(desk_memory.stored_key())
            scope = desk_facts.scope_to_begin_with(profile.store, wording, *desk_memory.selected_in(stored))
            return desk_facts.read(profile.store, wording), scope, stored

        self._profile = profile
        self._background.run(first, lambda found: self._show_desk(*found), owner=self)

    def _show_desk(self, first: DeskFacts, scope: Scope, stored: bytes | None) -> None:
        from gridworker.models.roles import FIELD_PAGES, pages_of
        from gridworker.ui.desk import DAY_BEGINS_MS, Desk
        from gridworker.ui.desk_memory import DeskMemory

        if pages_of(first.identity.role_codes) == FIELD_PAGES and not self._text_chosen():
            self._application.theme.choose(text_size=_STEWARD_TEXT)
        assert self._profile is not None
        store = self._profile.store
        memory = DeskMemory(
            stored,
            lambda key, value: self._aside(lambda: store.set_state({key: value})),
            self._keep_width,
            self._settings.tree_width,
            self._settings.tree_folded,
            self._settings.lock_after,
        )
        self.desk = Desk(
            self._application.theme,
            self._doors.wording,
            self._background,
            self._profile,
            first,
            scope,
            memory,
        )
        self.desk.locked.connect(self._locked)
        self.desk.look_changed.connect(self.choose_look)
        self.desk.posts_changed.connect(self._make_desk_anew)
        self.desk.joining.joined.connect(self._joined)
        self.setWindowTitle(self.desk.window.windowTitle())
        self._replace(self.desk.window)
        self.desk.window.show_page(self._page_to_begin_with(self.desk), focus=True)  # not the search field
        self.desk.window.approached.connect(LaterPages(self._background, self.desk).load)
        for after in (_AFTER_PAINT_MS, DAY_BEGINS_MS + _AFTER_PAINT_MS):
            self._rest(self._profile, after)
        QTimer.singleShot(DAY_BEGINS_MS, self, self._listen_to_system)
        if self._leaving:
            self.desk.lock()

    def _listen_to_system(self) -> None:
        """Lock with the session, and before the computer sleeps, which waits for it; once the first page is there."""
        if self._system is None:
            from gridworker.ui.system_lock import SystemLock

            self._system = SystemLock.listening(self.lock, self)
        if self.desk is not None:
            self._system.hold_sleep()

    def _page_to_begin_with(self, desk: Desk) -> str:
        """Where the person was before, if this desk has such a page."""
        wanted, self._came_from = self._came_from, ""
        known = {spec.key for specs in desk.window.page_specs() for spec in specs}
        return wanted if wanted in known else desk.window.current_page

    def _rest(self, profile: OpenProfile, after: int) -> None:
        """In `after` ms, once everything that was asked for is there: what only the opening, or the beginning of the
        day, needed goes."""

        def look() -> None:
            if self._profile is not profile:
                return
            if self._background.busy:
                self._rest(profile, _AFTER_PAINT_MS)
            else:
                self._aside(profile.rest)

        QTimer.singleShot(after, self, look)

    def _aside(self, work: Callable[[], None]) -> None:
        self._background.run(work, lambda _none: None, lambda _error: None, lane="serial")

    def _keep_width(self, width: int, folded: bool) -> None:
        self._remember(self._settings.with_changes(tree_width=width, tree_folded=folded))

    def _remember(self, changed: Settings) -> None:
        self._settings = changed
        self._aside(lambda: self._keep(changed))

    def lock(self) -> None:
        """Lock now: drafts are kept, one push is tried, the key is dropped."""
        if self.desk is not None:
            self.desk.lock()

    def _text_chosen(self) -> bool:
        """Whether somebody chose a text size on this computer."""
        return self._settings.text_size_chosen or self._settings.text_size != Settings().text_size

    def _locked(self) -> None:
        self._application.clipboard.forget()
        if not self._text_chosen():
            self._application.theme.choose(text_size=self._settings.text_size)
        if self.desk is not None:
            self._came_from = self.desk.window.current_page
        self.desk = self._profile = None
        if self._system is not None:
            self._system.let_sleep()
        if self._leaving:
            self.close()
        else:
            self._show_door()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing an open profile locks it first; the window goes when that is done."""
        if self._profile is None:
            event.accept()
            return
        event.ignore()
        self._leaving = True
        self._remember(self._settings.with_changes(window_width=self.width(), window_height=self.height()))
        self.lock()  # a desk that is being made is locked as soon as it is there

    # -- look ----------------------------------------------------------------------------------------------------

    def choose_look(self, name: str, value: object) -> None:
        """A choice of language, text size, appearance or when to lock. The theme follows by itself; another language
        makes the window anew over the same open profile."""
        chosen = {"text_size_chosen": True} if name == "text_size" else {}
        self._remember(self._settings.with_changes(**{name: value}, **chosen))
        if name == "lock_after":
            self._idle.wait(self._settings.lock_after)
        if name != "language":
            return
        self._doors.wording = Wording.load(str(value))
        self._application.words.use(str(value))
        if self._profile is None:
            self._show_door()
        else:
            self._make_desk_anew()

    def _joined(self, profile: OpenProfile) -> None:
        """The same store, which has a server now."""
        self._profile = profile
        self._make_desk_anew()

    def _make_desk_anew(self) -> None:
        """Another language or other posts: the same profile, the same page, its drafts kept. A dialog that is open is
        finished first."""
        if self.desk is None or self._profile is None or self._leaving:
            return
        if self._application.qt.activeModalWidget() is not None:
            QTimer.singleShot(_DIALOG_MS, self, self._make_desk_anew)
            return
        desk, self.desk = self.desk, None
        self._came_from = desk.window.current_page
        desk.retire()
        desk.deleteLater()
        self._opened(self._profile)
