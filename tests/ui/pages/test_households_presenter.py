"""The households page's logic: newest question wins, the open household survives a new list, saves go in order."""

from __future__ import annotations

from collections.abc import Sequence

from gridworker.changes import Changes
from gridworker.errors import FieldInvalid
from gridworker.services.acts import Done
from gridworker.services.undo import Undone
from gridworker.store.rows import HouseholdDetail, HouseholdRow, Plan
from gridworker.ui.pages.households.presenter import HouseholdEdit, HouseholdsPresenter, Listing, Query
from tests.ui.pages.immediate import OTHER_SCOPE, SCOPE, Desk, household_detail, household_row


class Source:
    def __init__(self) -> None:
        self.ids: tuple[int, ...] = tuple(range(200))
        self.asked: list[Query] = []
        self.error: Exception | None = None

    def today(self) -> str:
        return "2026-11-20"

    def listing(self, query: Query, around: int | None) -> Listing:
        self.asked.append(query)
        return Listing(self.ids, {Plan.DUE: len(self.ids)})

    def rows(self, rids: Sequence[int]) -> tuple[HouseholdRow, ...]:
        return tuple(household_row(rid) for rid in rids)

    def row_number(self, household_id: bytes) -> int:
        return int.from_bytes(household_id)

    def detail(self, household_id: bytes) -> HouseholdDetail:
        return household_detail(int.from_bytes(household_id))

    def take_back(self, done: Done, reason: str) -> Undone:
        return Undone(done.changes, b"", (("household", reason),))

    def save(self, seen: HouseholdDetail, edit: HouseholdEdit) -> Done:
        if self.error:
            raise self.error
        return Done(Changes.of([("household", seen.row.id)]))


class View:
    def __init__(self) -> None:
        self.listings: list[tuple[int, int | None]] = []
        self.arrived: list[tuple[int, int]] = []
        self.details: list[str] = []
        self.forgotten = 0
        self.errors: list[Exception] = []

    def show_listing(self, listing: Listing, selected: int | None) -> None:
        self.listings.append((len(listing.ids), selected))

    def rows_arrived(self, first: int, last: int) -> None:
        self.arrived.append((first, last))

    def show_detail(self, detail: HouseholdDetail) -> None:
        self.details.append(detail.row.door)

    def forget_detail(self) -> None:
        self.forgotten += 1

    def show_error(self, error: Exception) -> None:
        self.errors.append(error)


def make(desk: Desk) -> tuple[HouseholdsPresenter, Source, View, list[Done]]:
    source, view = Source(), View()
    saved: list[Done] = []
    return HouseholdsPresenter(source, desk.run, view), source, view, saved


def test_only_the_newest_list_is_shown() -> None:
    desk = Desk(hold=True)
    presenter, source, view, _ = make(desk)
    presenter.show_scope(SCOPE)
    presenter.find("3-2")
    presenter.find("3-2-501")
    desk.answer()
    assert [query.text for query in source.asked] == ["3-2-501"]
    assert view.listings == [(200, None)]


def test_filters_stay_when_the_node_changes_and_the_same_node_is_not_read_twice() -> None:
    presenter, source, _, _ = make(Desk())
    presenter.show_scope(SCOPE)
    presenter.choose_plans(frozenset({Plan.LATE}))
    presenter.show_scope(OTHER_SCOPE)
    presenter.show_scope(OTHER_SCOPE)
    assert [(q.scope.name, q.plans) for q in source.asked][1:] == [
        ("1602", frozenset({Plan.LATE})),
        ("1601", frozenset({Plan.LATE})),
    ]


def test_rows_come_by_page_and_the_chosen_household_opens() -> None:
    presenter, _, view, _ = make(Desk())
    presenter.show_scope(SCOPE)
    presenter.pages.row(70)
    assert view.arrived == [(64, 127)]
    presenter.select(70)
    assert view.details == ["1-1-70"]


def test_the_open_household_keeps_its_place_in_a_shorter_list() -> None:
    presenter, source, view, _ = make(Desk())
    presenter.show_scope(SCOPE)
    presenter.pages.row(70)
    presenter.select(70)
    source.ids = tuple(range(60, 90))
    presenter.reload()
    source.ids = (1, 2)
    presenter.reload()
    assert view.listings[1:] == [(30, 10), (2, None)]
    assert view.forgotten == 1  # the panel must not show a household that the list does not have
    assert presenter.selected_id is None
    shown, source.ids = len(view.details), tuple(range(60, 90))
    presenter.reload()  # what was done is taken back
    assert view.listings[-1] == (30, 10) and len(view.details) > shown
    source.ids = (1, 2)
    presenter.reload()
    presenter.close()
    source.ids = tuple(range(60, 90))
    presenter.reload()
    assert presenter.selected_id is None


def test_a_page_of_another_list_is_ignored() -> None:
    desk = Desk()
    presenter, source, view, _ = make(desk)
    presenter.show_scope(SCOPE)
    desk.hold = True
    source.ids = tuple(range(100))
    presenter.reload()
    presenter.pages.row(70)  # still of the list on the screen
    desk.answer()
    assert view.arrived == []


def test_changes_are_read_when_seen() -> None:
    presenter, source, _, _ = make(Desk())
    presenter.show_scope(SCOPE)
    presenter.records_changed(Changes.of([("member", b"x" * 16)]), visible=True)
    assert len(source.asked) == 1
    presenter.records_changed(Changes.of([("visit", b"x" * 16)]), visible=False)
    assert presenter.stale
    assert len(source.asked) == 1
    presenter.records_changed(Changes.of([("visit", b"x" * 16)]), visible=True)
    assert len(source.asked) == 2


def test_a_refused_edit_goes_back_to_the_dialog() -> None:
    desk = Desk()
    presenter, source, view, saved = make(desk)
    seen, edit = household_detail(1), HouseholdEdit("123", None, "", False, "owner", 2, None, 180)
    refused: list[Exception] = []
    source.error = FieldInvalid(entity="resident", record="", field="phone", reason="not_a_phone")
    presenter.save(seen, edit, saved.append, refused.append)
    assert refused == [source.error]
    assert saved == []
    assert view.errors == []
    source.error = None
    presenter.save(seen, edit, saved.append, refused.append)
    assert [done.changes.concerns("household") for done in saved] == [True]
    assert desk.lanes == ["serial", "serial"]
