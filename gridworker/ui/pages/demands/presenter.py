"""What the demands page does: which demands are shown, which one is open, what is done with it. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from gridworker.models.op import Value
from gridworker.services.acts import Done
from gridworker.services.demands import DemandForm, NextStep
from gridworker.services.undo import Undone
from gridworker.store.demand_rows import BoardCell, DemandDetail, DemandFilter, DemandPage, DemandRow
from gridworker.store.queries.packages import PackageRow
from gridworker.store.queries.ways import Way
from gridworker.store.rows import Scope
from gridworker.ui.pages.demands.words import Names
from gridworker.ui.pages.presenting import ScopedPresenter
from gridworker.ui.pages.running import Run

_CONCERNING = (
    "demand",
    "demand_event",
    "demand_category",
    "demand_source",
    "referral",
    "household",
    "shop",
    "public_spot",
    "coverage",
)
BOARD, TABLE = "board", "table"
#: What is told of a demand that is new; every other act is told by the name of its event.
REGISTERED = "registered"
PAGE_ROWS = 60


@dataclass(frozen=True)
class Figures:
    """How many demands of the scope are open and how many of them overdue."""

    open: int = 0
    overdue: int = 0


@dataclass(frozen=True)
class BoardShown:
    cells: tuple[BoardCell, ...]
    figures: Figures
    names: Names


@dataclass(frozen=True)
class TableShown:
    page: DemandPage
    figures: Figures
    names: Names


@dataclass(frozen=True)
class Opened:
    """One demand with its next steps and where its links lead, as it stood at `now`."""

    detail: DemandDetail
    steps: tuple[NextStep, ...]
    names: Names
    now: str
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True)
class Place:
    """Where a demand may be about: `field` and `id` as the form takes them, `words` as a person reads it."""

    field: str
    id: bytes
    words: str
    household: bool = False
    person: bytes | None = None


@dataclass(frozen=True)
class Offer:
    """What a new demand begins with: the catalogues, the place that an empty field means, the place chosen already
    with the people who live there, and the visit in which it was said. `body` is the draft that was begun, if there
    is one, `draft_id` where it is kept."""

    names: Names
    area: Place
    place: Place | None = None
    visit_id: bytes | None = None
    source: str = "visit"
    draft_id: bytes = b""
    body: Mapping[str, object] | None = None


@dataclass(frozen=True)
class Choices:
    """What the boxes of a step choose from: members, area nodes and other demands, each with its words. `levels` says
    at which level an area node stands, `own` which of them this account's posts are for; `people` whom the words of the
    step need not name; `records` the issues or projects it may become, by their numbers."""

    members: tuple[tuple[bytes, str], ...] = ()
    areas: tuple[tuple[bytes, str], ...] = ()
    demands: tuple[tuple[bytes, str], ...] = ()
    levels: tuple[tuple[bytes, str], ...] = ()
    own: frozenset[bytes] = frozenset()
    people: tuple[str, ...] = ()
    records: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class StepForm:
    """A step as it was filled in."""

    event: str
    note: str = ""
    fields: Mapping[str, Value] = field(default_factory=dict)


class Demands(Protocol):
    """What the page asks of the open profile; every call but `today` and `now` may run in another thread."""

    def today(self) -> str: ...

    def now(self) -> str: ...

    def board(self, scope: Scope, wanted: DemandFilter) -> BoardShown: ...

    def table(self, scope: Scope, wanted: DemandFilter, after: tuple[str, int] | None) -> TableShown: ...

    def opened(self, demand_id: bytes) -> Opened: ...

    def choices(self, demand_id: bytes, event: str) -> Choices: ...

    def offer(self, scope: Scope, household_id: bytes | None, visit_id: bytes | None) -> Offer: ...

    def places(self, scope: Scope, text: str) -> Sequence[Place]: ...

    def people(self, household_id: bytes) -> Sequence[tuple[bytes, str]]: ...

    def keep(self, draft_id: bytes, body: Mapping[str, object]) -> None: ...

    def drop(self, draft_id: bytes) -> None: ...

    def register(self, form: DemandForm, draft_id: bytes) -> tuple[Done, str]: ...

    def step(self, demand_id: bytes, form: StepForm) -> Done: ...

    def mergeable(self, demand_id: bytes, text: str) -> Sequence[tuple[bytes, str]]: ...

    def packages(self, scope: Scope) -> tuple[PackageRow, ...]: ...

    def collect(
        self, scope: Scope, title: str, demand_ids: Sequence[bytes], into: bytes | None
    ) -> tuple[Done, str]: ...

    def accept_all(self, demand_ids: Sequence[bytes]) -> Done: ...

    def rate(self, demand_id: bytes, code: str, satisfaction: str, reason: str) -> tuple[Done, str]: ...

    def take_back(self, done: Done, reason: str) -> Undone: ...


class DemandsView(Protocol):
    """What the presenter tells the page."""

    def show_board(self, shown: BoardShown) -> None: ...

    def show_table(self, shown: TableShown, rows: Sequence[DemandRow]) -> None: ...

    def show_opened(self, opened: Opened | None) -> None: ...

    def told(self, key: str, no: str, done: Done) -> None: ...

    def show_error(self, error: Exception) -> None: ...


class DemandsPresenter(ScopedPresenter):
    """Reads are asked for by topic, so that only the newest answer counts. `view` is BOARD or TABLE."""

    concerning = _CONCERNING

    def __init__(self, source: Demands, run: Run, view: DemandsView) -> None:
        super().__init__()
        self.source, self.run, self._view = source, run, view
        self.layout = BOARD
        self.wanted = DemandFilter()
        self.open: bytes | None = None
        self.opened: Opened | None = None
        self.rows: tuple[DemandRow, ...] = ()
        self._next: tuple[str, int] | None = None
        self._reading = False

    # -- what is shown -------------------------------------------------------------------------------------------

    def narrow(self, wanted: DemandFilter) -> None:
        """Other wishes about what is listed."""
        if wanted != self.wanted:
            self.wanted = wanted
            self.reload()

    def reload(self) -> None:
        self.stale = False
        scope, wanted = self.scope, self.wanted
        if scope is None:
            return
        if self.layout == BOARD:
            self.run(
                lambda: self.source.board(scope, wanted),
                self._view.show_board,
                self._view.show_error,
                topic="demands.list",
            )
        else:
            self._read_page(scope, None)
        if self.open is not None:
            self.choose(self.open)

    def _read_page(self, scope: Scope, after: tuple[str, int] | None) -> None:
        wanted = self.wanted

        def shown(found: TableShown) -> None:
            self._reading = False
            self.rows = (*self.rows, *found.page.rows) if after else found.page.rows
            self._next = found.page.next
            self._view.show_table(found, self.rows)

        self._reading = True
        self.run(
            lambda: self.source.table(scope, wanted, after), shown, self._failed_to_read, topic="demands.list"
        )

    def _failed_to_read(self, error: Exception) -> None:
        self._reading = False
        self._view.show_error(error)

    def more(self) -> None:
        """The next page of the table, where there is one."""
        if self._next is not None and not self._reading and self.scope is not None and self.layout == TABLE:
            self._read_page(self.scope, self._next)

    def tell(self, error: Exception) -> None:
        """Say on the page what could not be done."""
        self._view.show_error(error)

    # -- the open one --------------------------------------------------------------------------------------------

    def choose(self, demand_id: bytes) -> None:
        """The person moved to a demand: it opens at the side."""
        self.open = demand_id

        def shown(found: Opened) -> None:
            if self.open == demand_id:
                self.opened = found
                self._view.show_opened(found)

        def gone(error: Exception) -> None:
            self.close()
            self._view.show_error(error)

        self.run(lambda: self.source.opened(demand_id), shown, gone, topic="demands.open")

    def close(self) -> None:
        self.open = self.opened = None
        self._view.show_opened(None)

    # -- what is done --------------------------------------------------------------------------------------------

    def register(
        self,
        form: DemandForm,
        draft_id: bytes,
        saved: Callable[[], None],
        failed: Callable[[Exception], None],
    ) -> None:
        def done(result: tuple[Done, str]) -> None:
            saved()
            self.open = result[0].record
            self._view.told(REGISTERED, result[1], result[0])

        self.run(lambda: self.source.register(form, draft_id), done, failed, lane="serial")

    def step(
        self,
        form: StepForm,
        saved: Callable[[], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Take a step of the open demand; a refusal is told where it was asked."""
        opened = self.opened
        if opened is None:
            return
        row = opened.detail.row

        def done(result: Done) -> None:
            if saved is not None:
                saved()
            self._view.told(form.event, row.no, result)

        work = partial(self.source.step, row.id, form)
        self.run(work, done, failed or self._view.show_error, lane="serial")

    def take_back(self, done: Done, reason: str, taken: Callable[[Undone], None]) -> None:
        """Undo an act; `taken` gets what became of it."""
        work = partial(self.source.take_back, done, reason)
        self.run(work, taken, self._view.show_error, lane="serial")
