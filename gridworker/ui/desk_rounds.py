"""The pages about the week's work on the desk: today, the plan, the roster, paper lists, and what they hand out. Made
their first visit; says nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QWidget

from gridworker.models.days import Week
from gridworker.store.rows import DELIBERATED, LISTED, REFERRED, Scope
from gridworker.ui.background import Background
from gridworker.ui.main_window import PageSpec
from gridworker.ui.page import PageFrame
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.key_hints import KeyHint
from gridworker.wording import Wording

if TYPE_CHECKING:
    from gridworker.ui.desk_papers import DeskPapers
    from gridworker.ui.pages.choosing_page import ChoosingPage
    from gridworker.ui.pages.demands.page import DemandsPage
    from gridworker.ui.pages.households.page import HouseholdsPage
    from gridworker.ui.pages.paper.page import PaperPage
    from gridworker.ui.pages.plan.page import PlanPage
    from gridworker.ui.pages.referrals.page import ReferralsPage
    from gridworker.ui.pages.roster.page import RosterPage
    from gridworker.ui.pages.today.page import TodayPage
    from gridworker.ui.pages.visits.page import VisitsPage

#: A list longer than a few sheets is printed to its beginning: nobody walks it in one go.
MOST_DOORS = 120
TODAY, PLAN, ROSTER, PAPER, ORGANISATION = "today", "plan", "roster", "paper", "organisation"
DEMANDS, LISTS, DELIBERATION, REFERRALS = "demands", "lists", "deliberation", "referrals"
#: What stands on which page.
_KINDS = {LISTS: LISTED, DELIBERATION: DELIBERATED, REFERRALS: REFERRED}


class Around(Protocol):
    """What these pages ask of the desk's pages."""

    changed: SignalInstance
    left: SignalInstance
    visit_wanted: SignalInstance
    page_wanted: SignalInstance

    @property
    def scope(self) -> Scope | None: ...

    def tell_error(self, error: Exception) -> None: ...


class DeskRounds:
    """`only` are the pages of somebody who has few, None for all: then visits have one large button, and what was
    referred has a tab of its own where that is what they see."""

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        background: Background,
        store: Any,
        around: Around,
        *,
        only: Sequence[str] | None,
    ) -> None:
        self._theme, self._wording, self._background, self._store = theme, wording, background, store
        self._around, self._big = around, only is not None and "visits" in only
        self._at_street = only is not None and REFERRALS in only
        self._papers: DeskPapers | None = None
        self._demands: DemandsPage | None = None
        self._choosing: dict[str, ChoosingPage] = {}

    @property
    def papers(self) -> DeskPapers:
        """What is handed out on paper; loaded when the first sheet is asked for."""
        from gridworker.ui.desk_papers import DeskPapers

        if self._papers is None:
            self._papers = DeskPapers(
                self._theme, self._wording, self._background, self._store, self._around.tell_error
            )
        return self._papers

    def beside(self, keep: Callable[[str, PageFrame], QWidget]) -> list[PageSpec]:
        """The tabs of what people ask for and of what was referred. `keep` remembers a page once it was made."""
        asked = partial(made_and_kept, keep, DEMANDS, self.demands)
        referred = partial(made_and_kept, keep, REFERRALS, self.referrals)
        return [
            PageSpec(
                REFERRALS,
                "referrals.title",
                "inbox",
                referred,
                tab=self._at_street,
                shortcut="F11",
                under=DEMANDS,
            ),
            PageSpec(DEMANDS, "demands.title", "ticket", asked, everywhere="Ctrl+D"),
        ]

    def demands(self) -> DemandsPage:
        from gridworker.ui.desk_demands import demand_switch
        from gridworker.ui.pages.demands.page import DemandsPage
        from gridworker.ui.pages.demands.source import DemandSource

        source = DemandSource(self._store)
        page = DemandsPage(self._theme, self._wording, self._background, source, simple=self._big)
        page.changed.connect(self._around.changed)
        page.add_view_switch(demand_switch(self._theme, self._wording, DEMANDS, self._emit))
        page.filter.digest.setVisible(not self._big)
        page.filter.digest.clicked.connect(lambda: self._print_digest(page))
        page.slip_wanted.connect(lambda demand: self.papers.slip(demand, page, self._around.changed.emit))
        page.record_wanted.connect(self.open_record)
        self._demands = page
        return page

    def referrals(self) -> ReferralsPage:
        """What other units asked of this one, and joint submissions."""
        from gridworker.ui.desk_demands import demand_switch
        from gridworker.ui.pages.referrals.page import ReferralsPage
        from gridworker.ui.pages.referrals.source import ReferralsSource

        page = ReferralsPage(self._theme, self._wording, self._background, ReferralsSource(self._store))
        page.changed.connect(self._around.changed)
        page.demand_wanted.connect(self.open_demand)
        if not self._at_street:
            page.add_view_switch(demand_switch(self._theme, self._wording, REFERRALS, self._emit))
            page.left.connect(lambda: self._emit(DEMANDS))
        self.lead_to(REFERRALS, page)
        return page

    def open_record(self, kind: str, record: bytes) -> None:
        """Go to a demand, to what is listed, deliberated or referred: `kind` is its entity."""
        if kind == "demand":
            self.open_demand(record)
            return
        key = next(key for key, kinds in _KINDS.items() if kind in kinds)
        self._emit(key)
        if key in self._choosing:
            self._choosing[key].open_record(kind, record)

    def lead_to(self, key: str, page: ChoosingPage) -> None:
        """From now on `open_record` leads to this page."""
        self._choosing[key] = page

    def open_demand(self, demand_id: bytes) -> None:
        """Go to a demand."""
        self._emit(DEMANDS)
        if self._demands is not None:
            self._demands.open_demand(demand_id)

    def register_demand(
        self, household_id: bytes | None, visit_id: bytes | None, key: str, page: PageFrame
    ) -> None:
        """Ask for a new demand of a household, that was said in a visit if it is known; then go back to `page`, whose
        key is `key`: whoever stands at a door goes on with the visit."""
        self._emit(DEMANDS)
        demands = self._demands
        if demands is None:
            return

        def back() -> None:
            self._emit(key)
            demands.undo_bar.hand_on(page.undo_bar)

        demands.asking.register(household_id, visit_id, back)

    def aside(self, keep: Callable[[str, PageFrame], QWidget]) -> list[PageSpec]:
        """The pages without a tab: roster, plan and paper lists. `keep` remembers a page once it was made."""
        made: tuple[tuple[str, str, str, Callable[[], PageFrame], str], ...] = (
            (ROSTER, "roster.title", "users", self.roster, "F6"),
            (PLAN, "plan_page.title", "list-checks", self.plan, "F7"),
            (PAPER, "paper.title", "clipboard-pen", self.paper, "F8"),
        )
        return [
            PageSpec(key, title, icon, partial(made_and_kept, keep, key, make), tab=False, shortcut=shortcut)
            for key, title, icon, make, shortcut in made
        ]

    def today(self) -> TodayPage:
        from gridworker.ui.pages.today.page import TodayPage
        from gridworker.ui.pages.today.source import TodaySource

        source = TodaySource(self._store)
        page = TodayPage(self._theme, self._wording, self._background, source, big=self._big)
        page.changed.connect(self._around.changed)
        page.visit_wanted.connect(self._around.visit_wanted)
        page.plan_wanted.connect(self._opens(PLAN))
        page.roster_wanted.connect(self._opens(ROSTER))
        page.places_wanted.connect(self._opens(ORGANISATION))
        page.demand_wanted.connect(self.open_demand)
        page.referral_wanted.connect(partial(self.open_record, "referral"))
        page.matter_wanted.connect(self.open_record)
        page.walk_list_wanted.connect(lambda period: self._walk_list(period, page))
        return page

    def plan(self) -> PlanPage:
        from gridworker.ui.pages.plan.page import PlanPage
        from gridworker.ui.pages.plan.source import PlanSource
        from gridworker.ui.pages.report.week_strip import week_strip

        page = PlanPage(self._theme, self._wording, self._background, PlanSource(self._store))
        page.end_with(week_strip(self._theme, self._wording, self._background, self._store))
        page.changed.connect(self._around.changed)
        page.left.connect(self._around.left)
        page.visit_wanted.connect(self._around.visit_wanted)
        page.walk_list_wanted.connect(lambda period: self._walk_list(period, page))
        return page

    def roster(self) -> RosterPage:
        from gridworker.ui.pages.roster.page import RosterPage
        from gridworker.ui.pages.roster.source import RosterSource

        page = RosterPage(self._theme, self._wording, self._background, RosterSource(self._store))
        page.changed.connect(self._around.changed)
        page.left.connect(self._around.left)
        page.print_wanted.connect(lambda area, week: self.papers.roster(area, week, page))
        return page

    def paper(self) -> PaperPage:
        from gridworker.ui.pages.paper.page import PaperPage
        from gridworker.ui.pages.paper.source import PaperSource

        page = PaperPage(self._theme, self._wording, self._background, PaperSource(self._store))
        page.changed.connect(self._around.changed)
        page.left.connect(self._around.left)
        return page

    def lead_from_visits(self, page: VisitsPage) -> None:
        """The ways from the visits page to its two long tables."""
        for key, icon, words, shortcut in (
            (PAPER, "clipboard-pen", "visit.paper", "F8"),
            (PLAN, "calendar-plus", "visit.plan_week", "F7"),
        ):
            button = Button(self._theme, self._wording(words), icon=icon, key=shortcut)
            button.clicked.connect(self._opens(key))
            page.add_control(button)
        page.bind_keys({"Ctrl+D": lambda: self._demand_of_visit(page)})
        page.form.fields.demand_button.clicked.connect(lambda: self._demand_of_visit(page))
        page.add_further_hints(KeyHint("Ctrl+D", self._wording("demands.hint.new")))

    def _demand_of_visit(self, page: VisitsPage) -> None:
        """While a visit is written down, what is asked for in it is registered together with it."""
        household, visit = page.about()
        scope = self._around.scope
        if visit is not None or household is None or scope is None:
            self.register_demand(household, visit, "visits", page)
            return
        from gridworker.ui.desk_demands import ask_with_visit

        ask_with_visit(self._theme, self._wording, self._background, self._store, page, scope)

    def print_from(self, page: HouseholdsPage) -> None:
        """P on the households page: the walk list of the doors chosen in table or matrix, else of the list as
        filtered."""
        page.bind_keys({"P": lambda: self._print_homes(page)})
        self._lead_to_demands(page)
        page.chosen.bar.print_wanted.connect(lambda: self._print_homes(page))

    def _lead_to_demands(self, page: HouseholdsPage) -> None:
        """The panel of a household shows what it asked for; Ctrl+D registers what it asks for now."""
        from gridworker.ui.desk_demands import lead_from_household

        def register(household_id: bytes | None) -> None:
            self.register_demand(household_id, None, "households", page)

        lead_from_household(page, self._background, self._store, self.open_demand, register)
        page.add_further_hints(KeyHint("Ctrl+D", self._wording("demands.hint.new")))

    def _opens(self, key: str) -> Callable[..., None]:
        return partial(self._emit, key)

    def _emit(self, key: str, *_: object) -> None:
        self._around.page_wanted.emit(key)

    def _walk_list(self, period: str, parent: QWidget) -> None:
        scope = self._around.scope
        if scope is not None:
            self.papers.walk_list(scope, period or str(Week.of_day(self._store.clock.today())), parent)

    def _print_homes(self, page: HouseholdsPage) -> None:
        scope = self._around.scope
        if scope is not None:
            chosen = page.chosen.rids()
            whole = not page.in_matrix and len(chosen) < 2
            self.papers.chosen(scope, (page.presenter.pages.ids if whole else chosen)[:MOST_DOORS], page)

    def _print_digest(self, page: DemandsPage) -> None:
        """The week's sheet of the area that the page shows."""
        if page.presenter.scope is not None:
            self.papers.digest(page.presenter.scope, page)


def made_and_kept(
    keep: Callable[[str, PageFrame], QWidget], key: str, make: Callable[[], PageFrame]
) -> QWidget:
    """A page, made now and remembered by `keep`."""
    return keep(key, make())
