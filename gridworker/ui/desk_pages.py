"""The pages of the desk: which there are, made on their first visit, and told together what they all must know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Signal

from gridworker.changes import Changes
from gridworker.settings import Settings
from gridworker.store.rows import Scope, TreeKind
from gridworker.ui.background import Background
from gridworker.ui.desk_charts import follow
from gridworker.ui.desk_homes import HOUSEHOLDS, DeskHomes
from gridworker.ui.desk_lists import DeskLists
from gridworker.ui.desk_reports import DeskReports
from gridworker.ui.desk_rounds import DELIBERATION, DEMANDS, LISTS, ORGANISATION, PAPER, TODAY, DeskRounds
from gridworker.ui.main_window import SETTINGS, PageSpec
from gridworker.ui.page import PageFrame
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

if TYPE_CHECKING:  # the first page is enough to begin with; later_pages.py loads the others
    from gridworker.ui.dialogs.settings_page import SettingsPage
    from gridworker.ui.open_profile import Adoption, Others
    from gridworker.ui.pages.history.page import HistoryPage
    from gridworker.ui.pages.households.page import HouseholdsPage
    from gridworker.ui.pages.organisation.page import OrganisationPage
    from gridworker.ui.pages.practice.page import PracticePage
    from gridworker.ui.pages.report.page import ReportPage
    from gridworker.ui.pages.sync.page import SyncPage
    from gridworker.ui.pages.visits.page import VisitsPage

P = TypeVar("P", bound=PageFrame)
_Chosen = Callable[[str, object], None]
VISITS, REPORT, HISTORY, SYNC, PRACTICE = "visits", "report", "history", "sync", "practice"


class DeskPages(QObject):
    """`changed(Changes)` after a save on any page · `visit_wanted(household_id)` · `page_wanted(key)` · `left` from a
    page without a tab · `node_wanted(area node)` · `join_wanted` by a community that stands alone."""

    changed = Signal(object)
    left = Signal()
    visit_wanted = Signal(bytes)
    page_wanted, node_wanted, join_wanted = Signal(str), Signal(bytes), Signal()

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        background: Background,
        store: Any,
        *,
        may_import: bool = False,
        only: Sequence[str] | None = None,
    ) -> None:
        super().__init__()
        self._theme, self._wording, self._background, self._store = theme, wording, background, store
        self.may_import, self._only = may_import, only
        self.homes = DeskHomes(theme, wording, background, store, self, may_import=may_import)
        self.rounds = DeskRounds(theme, wording, background, store, self, only=only)
        self.lists = DeskLists(theme, wording, background, store, self, self.rounds, only=only)
        self.reports = DeskReports(theme, wording, background, store, self)
        self.sync_now: Callable[[], None] | None = None
        self.stick: Any = None
        self.adoption: Adoption | None = None
        self.others: Others | None = None
        self._made: dict[str, Any] = {}
        self._scope: Scope | None = None

    def specs(self, look_chosen: _Chosen, lock_after: int = Settings.lock_after) -> list[PageSpec]:
        """Every page of this desk in the order of its tab; a new page is one line here."""
        shown = self._specs(look_chosen, lock_after)
        if self._only is None:
            return shown
        return [spec for spec in shown if not spec.tab or spec.key in (*self._only, SETTINGS)]

    def _specs(self, look_chosen: _Chosen, lock_after: int) -> list[PageSpec]:
        rounds = self.rounds
        return [
            PageSpec(TODAY, "today.title", "calendar-days", lambda: self._keep(TODAY, rounds.today())),
            PageSpec(HOUSEHOLDS, "households.title", "house", self._households),
            PageSpec(VISITS, "visit.title", "footprints", self._visits, everywhere="Ctrl+N"),
            *rounds.beside(self._keep),
            *self.lists.beside(self._keep),
            PageSpec(REPORT, "report_page.title", "file-text", self._report),
            PageSpec(SYNC, "sync.title", "refresh-cw", self._sync),
            PageSpec(
                ORGANISATION,
                "organisation.title",
                "network",
                self._organisation,
                tab=False,
                shortcut="Ctrl+O",
            ),
            PageSpec(
                HISTORY,
                "history.title",
                "history",
                self._history,
                tab=False,
                shortcut="Ctrl+Shift+H",
                otherwise="Ctrl+Z",
            ),
            *self._practice(),
            *self.homes.aside(self._keep),
            *rounds.aside(self._keep),
            *self.lists.aside(self._keep),
            *self.reports.aside(self._keep),
            PageSpec(SETTINGS, "shell.settings", "settings", lambda: self._settings(look_chosen, lock_after)),
        ]

    def _households(self) -> HouseholdsPage:
        page = self.homes.households()
        self.rounds.print_from(page)
        return self._keep(HOUSEHOLDS, page)

    def _sync(self) -> SyncPage:
        from gridworker.ui.pages.sync.page import SyncPage
        from gridworker.ui.pages.sync.source import ProfileSync

        source = ProfileSync(self._store, self.adoption)
        page = SyncPage(self._theme, self._wording, self._background, source, self.sync_now, self.stick)
        page.changed.connect(self.changed)
        page.join_wanted.connect(self.join_wanted)
        return self._keep(SYNC, page)

    def show_history(self, household_id: bytes, door: str) -> None:
        """What was done to a household."""
        self.page_wanted.emit(HISTORY)
        self._made[HISTORY].presenter.show_household(household_id, door)

    def _visits(self) -> VisitsPage:
        from gridworker.ui.pages.visits.page import VisitsPage
        from gridworker.ui.pages.visits.source import VisitSource

        page = VisitsPage(self._theme, self._wording, self._background, VisitSource(self._store))
        page.changed.connect(self.changed)
        self.rounds.lead_from_visits(page)
        return self._keep(VISITS, page)

    def _report(self) -> ReportPage:
        page = self.reports.report(self.changed.emit)
        page.led.connect(partial(follow, self))
        return self._keep(REPORT, page)

    def _organisation(self) -> OrganisationPage:
        from gridworker.ui.pages.organisation.page import OrganisationPage
        from gridworker.ui.pages.organisation.source import OrganisationSource

        source = OrganisationSource(self._store, self._wording)
        page = OrganisationPage(self._theme, self._wording, self._background, source)
        page.changed.connect(self.changed)
        page.left.connect(self.left)
        return self._keep(ORGANISATION, page)

    def _practice(self) -> list[PageSpec]:
        """The tasks of the practice community; there is no such page elsewhere."""
        if not self._store.known.practice:
            return []
        return [PageSpec(PRACTICE, "practice.title", "graduation-cap", self._tasks, tab=False, shortcut="F9")]

    def _tasks(self) -> PracticePage:
        from gridworker.store.queries.acts import acts_done
        from gridworker.ui.pages.practice.page import PracticePage

        acts = partial(acts_done, self._store)
        there = [
            spec.key
            for spec in self.specs(lambda _name, _value: None)
            if spec.tab
            or spec.key not in (LISTS, DELIBERATION)  # whoever only reads there has nothing to practise
        ]
        page = PracticePage(self._theme, self._wording, self._background, acts, there)
        page.page_wanted.connect(self.page_wanted)
        page.left.connect(self.left)
        return self._keep(PRACTICE, page)

    def _history(self) -> HistoryPage:
        from gridworker.ui.pages.history.page import HistoryPage
        from gridworker.ui.pages.history.source import HistorySource

        source = HistorySource(self._store, self._wording("history.reason"))
        page = HistoryPage(self._theme, self._wording, self._background, source)
        page.changed.connect(self.changed)
        page.left.connect(self.left)
        return self._keep(HISTORY, page)

    def _settings(self, look_chosen: _Chosen, lock_after: int) -> SettingsPage:
        from gridworker.ui.dialogs.settings_page import SettingsPage

        page = SettingsPage(self._theme, self._wording, lock_after)
        page.chosen.connect(look_chosen)
        return page

    def _keep(self, key: str, page: P) -> P:
        self._made[key] = page
        if self._scope is not None:
            self._made[key].show_scope(self._scope)
        return page

    @property
    def scope(self) -> Scope | None:
        """What every page is limited to; None until the first answer."""
        return self._scope

    def show_scope(self, scope: Scope) -> None:
        """Limit every page to a node."""
        self._scope = scope
        for page in self._made.values():
            page.show_scope(scope)

    def records_changed(self, changes: Changes) -> None:
        for page in self._made.values():
            page.records_changed(changes)

    def made(self, key: str) -> Any:
        """A page that was visited already. Raises KeyError otherwise."""
        return self._made[key]

    def begin_visit(self, household_id: bytes) -> None:
        """Write down a visit; the visits page must be the one shown."""
        self._made[VISITS].begin(household_id)

    def open_household(self, household_id: bytes) -> None:
        """Select and show a household; the households page must be the one shown."""
        self._made[HOUSEHOLDS].open_household(household_id)

    def open_visit(self, visit_id: bytes) -> None:
        """Show a saved visit; the visits page must be the one shown."""
        self._made[VISITS].presenter.open_visit(visit_id)

    def prepare_move(self, kind: str, node_id: bytes, parent_id: bytes) -> None:
        """A node was dropped on another one; the organisation page must be the one shown."""
        self._made[ORGANISATION].prepare_move(TreeKind(kind), node_id, parent_id)

    def keep_drafts(self) -> None:
        """Put what is being typed on the disk before this returns."""
        for key in (VISITS, PAPER, DEMANDS):
            if key in self._made:
                self._made[key].keep_now()

    def tell_error(self, error: Exception) -> None:
        """Say on the page that is shown what went wrong."""
        for page in self._made.values():
            if isinstance(page, PageFrame) and page.isVisible():
                page.show_error(error)
