"""What the households page does: which list is shown, which household is open, when to read again. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from gridworker.changes import Changes
from gridworker.services.acts import Done
from gridworker.services.residents import Ground
from gridworker.services.undo import Undone
from gridworker.store.rows import HouseholdDetail, HouseholdRow, Plan, Scope
from gridworker.ui.pages.households.row_pages import PAGE_ROWS, RowPages
from gridworker.ui.pages.running import Run

SORTS = ("door", "due", "last_met")
_CONCERNING = ("household", "resident", "visit", "visit_amendment", "visit_void", "visit_comment", "coverage",
               "record_alias", "consent", "service_need", "basis")  # fmt: skip


@dataclass(frozen=True)
class Query:
    """Which households, in which order. `text`: door number, name or the end of a phone number."""

    scope: Scope
    text: str = ""
    plans: frozenset[Plan] = frozenset()
    sort: str = "door"


@dataclass(frozen=True)
class Listing:
    """The answer: row numbers in order, how many of each state the scope and text have, and the page around the
    household that is open, so that the table does not blink."""

    ids: tuple[int, ...]
    counts: Mapping[Plan, int]
    many_estates: bool = False
    page: int = 0
    rows: tuple[HouseholdRow, ...] = ()


@dataclass(frozen=True)
class HouseholdEdit:
    """What the edit dialog can change."""

    phone: str
    preferred_time: str | None
    note: str
    opted_out: bool
    occupancy: str
    member_count: int | None
    preferred_channel: str | None
    visit_interval_days: int | None
    opt_out_reason: str = ""
    ground: Ground | None = None


class Households(Protocol):
    """What the page asks of the open profile; every call may run in another thread."""

    def today(self) -> str: ...

    def listing(self, query: Query, around: int | None) -> Listing: ...

    def rows(self, rids: Sequence[int]) -> tuple[HouseholdRow, ...]: ...

    def detail(self, household_id: bytes) -> HouseholdDetail: ...

    def row_number(self, household_id: bytes) -> int: ...

    def save(self, seen: HouseholdDetail, edit: HouseholdEdit) -> Done: ...

    def take_back(self, done: Done, reason: str) -> Undone: ...


class HouseholdsView(Protocol):
    """What the presenter tells the page."""

    def show_listing(self, listing: Listing, selected: int | None) -> None: ...

    def rows_arrived(self, first: int, last: int) -> None: ...

    def show_detail(self, detail: HouseholdDetail) -> None: ...

    def forget_detail(self) -> None: ...

    def show_error(self, error: Exception) -> None: ...


@dataclass
class _Open:
    """The household in the side panel, by row number and by id."""

    rid: int | None = None
    id: bytes | None = None
    listed: bool = True  # chosen in the table; a door of the matrix may be filtered out there


class HouseholdsPresenter:
    """Reads are asked for by topic, so that only the newest answer counts."""

    def __init__(self, source: Households, run: Run, view: HouseholdsView) -> None:
        self._source, self._run, self._view = source, run, view
        self._query: Query | None = None
        self._open = _Open()
        self._lost = _Open()  # left the list while it was open: what is undone brings it back
        self.pages = RowPages(self._fetch)
        self.stale = False

    @property
    def query(self) -> Query | None:
        return self._query

    def show_scope(self, scope: Scope) -> None:
        """Another node: the text and state filters stay, they say what the person looks for."""
        if self._query is not None and self._query.scope == scope and not self.stale:
            return
        self._query = replace(self._query, scope=scope) if self._query else Query(scope)
        self.reload()

    def find(self, text: str) -> None:
        self._change(text=text.strip())

    def choose_plans(self, plans: frozenset[Plan]) -> None:
        self._change(plans=plans)

    def sort_by(self, sort: str) -> None:
        """One of SORTS."""
        self._change(sort=sort)

    def _change(self, **values: object) -> None:
        if self._query is None:
            return
        wanted = replace(self._query, **values)  # type: ignore[arg-type]
        if wanted != self._query:
            self._query = wanted
            self.reload()

    def reload(self) -> None:
        """Read list and open household again."""
        self.stale = False
        query, around = self._query, self._open.rid
        if query is None:
            return
        self._run(
            lambda: self._source.listing(query, around),
            self._show,
            self._view.show_error,
            topic="households.listing",
        )
        if self._open.id is not None:
            self._read_detail(self._open.id)

    def records_changed(self, changes: Changes, *, visible: bool) -> None:
        """Somebody saved something: read again now, or when the page is next looked at."""
        if not changes.concerns(*_CONCERNING):
            return
        if visible:
            self.reload()
        else:
            self.stale = True

    def _show(self, listing: Listing) -> None:
        self.pages.start(listing.ids)
        if listing.rows:
            self.pages.put(listing.page, listing.rows)
        if self._open.id is None and self._lost.id is not None and self._lost.rid in listing.ids:
            self._open, self._lost = self._lost, _Open()
            assert self._open.id is not None
            self._read_detail(self._open.id)
        rid = self._open.rid
        selected = listing.ids.index(rid) if rid is not None and rid in listing.ids else None
        if (
            selected is None and rid is not None and self._open.listed
        ):  # what is open is not in this list: an old answer beside a new one
            self._open, self._lost = _Open(), self._open
            self._view.forget_detail()
        self._view.show_listing(listing, selected)

    def _fetch(self, page: int, ids: Sequence[int]) -> None:
        listed = self.pages.ids

        def arrived(rows: tuple[HouseholdRow, ...]) -> None:
            if self.pages.ids is not listed:
                return
            if self.pages.put(page, rows):
                self._view.rows_arrived(page * PAGE_ROWS, page * PAGE_ROWS + len(rows) - 1)
            else:
                self.reload()

        def failed(error: Exception) -> None:
            self.pages.forget_request(page)
            self._view.show_error(error)

        self._run(lambda: self._source.rows(ids), arrived, failed)

    def select(self, index: int) -> None:
        """The person moved to a row: its household opens in the side panel."""
        row = self.pages.row(index)
        if row is None or not 0 <= index < len(self.pages.ids):
            return
        self._open, self._lost = _Open(self.pages.ids[index], row.id), _Open()
        self._read_detail(row.id)

    def select_household(self, rid: int, household_id: bytes) -> None:
        """The person moved to a door of the matrix, whether or not the table's filters let it through."""
        self._open = _Open(rid, household_id, listed=False)
        self._read_detail(household_id)

    def show_in_list(self) -> None:
        """The table comes to the front again: the open household is found in it, or closed."""
        if not self._open.listed:
            self._open = replace(self._open, listed=True)
            self.reload()

    def open(self, household_id: bytes) -> None:
        """Select and show one household. Filters that may hide it go; the page has emptied its fields."""
        if self._query is not None:
            self._query = replace(self._query, text="", plans=frozenset())

        def found(rid: int) -> None:
            self._open = _Open(rid, household_id)
            self.reload()

        self._run(
            lambda: self._source.row_number(household_id),
            found,
            self._view.show_error,
            topic="households.open",
        )

    def close(self) -> None:
        """The side panel was closed."""
        self._open = self._lost = _Open()

    @property
    def selected_id(self) -> bytes | None:
        return self._open.id

    def ask_detail(self, household_id: bytes, found: Callable[[HouseholdDetail], None]) -> None:
        """A household that is not in the side panel, for a dialog about it."""
        self._run(
            lambda: self._source.detail(household_id), found, self._view.show_error, topic="households.about"
        )

    def _read_detail(self, household_id: bytes) -> None:
        def shown(detail: HouseholdDetail) -> None:
            if self._open.id == household_id:
                self._view.show_detail(detail)

        self._run(
            lambda: self._source.detail(household_id),
            shown,
            self._view.show_error,
            topic="households.detail",
        )

    def save(
        self,
        seen: HouseholdDetail,
        edit: HouseholdEdit,
        saved: Callable[[Done], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Save the edit of a household; `failed` gets the error while the dialog is still open."""
        self._run(lambda: self._source.save(seen, edit), saved, failed, lane="serial")

    def take_back(self, done: Done, reason: str, taken: Callable[[Undone], None]) -> None:
        """Undo an act; `reason` is kept where lifting a protection asks for one, `taken` gets what became of it."""
        work = partial(self._source.take_back, done, reason)
        self._run(work, taken, self._view.show_error, lane="serial")
