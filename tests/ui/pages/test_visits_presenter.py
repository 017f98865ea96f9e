"""The visits page's logic: drafts are kept in order and taken up again, a refused save loses nothing, the next
household is the one after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from unittest.mock import Mock

from gridworker.changes import Changes
from gridworker.errors import DiskFull, FieldInvalid
from gridworker.services.demands import DemandForm
from gridworker.services.visits import Logged, VisitForm
from gridworker.store.rows import DraftRow, Hit, HouseholdDetail, Scope
from gridworker.ui.pages.visits.form_values import FormValues
from gridworker.ui.pages.visits.presenter import Opening, Plan, SavedVisit, VisitsPresenter
from tests.ui.pages.immediate import SCOPE, Desk, household_detail, household_row


class Source:
    def __init__(self) -> None:
        self.drafts: dict[bytes, dict[str, object]] = {}
        self.logged: list[VisitForm] = []
        self.error: Exception | None = None
        self.log_order: list[str] = []
        self.drafted: tuple[DraftRow, ...] = ()

    def today(self) -> str:
        return "2026-11-20"

    def now(self) -> str:
        return "09:24"

    def alone(self) -> bool:
        return True

    def plan(self, scope: Scope) -> Plan:
        return Plan(47, self.drafted, tuple(household_row(n) for n in (1, 2, 3)), (), "演示·王")

    def find(self, text: str) -> Sequence[Hit]:
        raise AssertionError("not asked here")

    def opening(self, household_id: bytes) -> Opening:
        detail: HouseholdDetail = household_detail(int.from_bytes(household_id))
        body = self.drafts.get(household_id)
        return Opening(detail, household_id, body, "09:00" if body else "")

    def keep(self, draft_id: bytes, household_id: bytes, body: Mapping[str, object]) -> str:
        if self.error:
            raise self.error
        self.drafts[draft_id] = dict(body)
        self.log_order.append("keep")
        return "09:24"

    def drop(self, draft_id: bytes) -> None:
        self.drafts.pop(draft_id, None)

    def log(self, form: VisitForm, draft_id: bytes, demands: Sequence[DemandForm] = ()) -> Logged:
        if self.error:
            raise self.error
        self.logged.append(form)
        self.log_order.append("log")
        self.drafts.pop(draft_id, None)
        return Logged(Changes.of([("visit", b"v" * 16)]), b"v" * 16, "Z26-02-0001")

    def visit(self, visit_id: bytes) -> SavedVisit:
        raise AssertionError("not asked here")

    def amend(self, visit_id: bytes, corrections: Mapping[str, str | None], reason: str) -> Changes:
        return Changes()

    def void(self, visit_id: bytes, reason: str) -> Changes:
        return Changes()

    def comment(self, visit_id: bytes, text: str) -> Changes:
        return Changes()


class View:
    def __init__(self) -> None:
        self.told: list[tuple[str, Any]] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *values: self.told.append((name, values[0] if len(values) == 1 else values))

    def last(self, name: str) -> Any:
        return [value for key, value in self.told if key == name][-1]

    def names(self) -> list[str]:
        return [key for key, _ in self.told]


def make(*, hold: bool = False) -> tuple[VisitsPresenter, Source, View, Desk]:
    source, view, desk = Source(), View(), Desk(hold=hold)
    presenter = VisitsPresenter(source, desk.run, view)
    presenter.show_scope(SCOPE)
    return presenter, source, view, desk


ONE = (1).to_bytes(16)
FILLED = FormValues(outcome="met", visited_on="2026-11-20", start_at="09:20", said="灯太暗")


def test_a_form_opens_with_today_and_now_and_names_the_next_door() -> None:
    presenter, _, view, _ = make()
    presenter.begin(ONE)
    opening, values, next_door = view.last("show_form")
    assert opening.detail.row.door == "1-1-1"
    assert (values.visited_on, values.start_at, values.outcome) == ("2026-11-20", "09:24", "")
    assert next_door == "1-1-2"


def test_who_asks_for_the_first_household_before_the_list_is_there_gets_it_with_the_list() -> None:
    presenter, _, view, desk = make(hold=True)
    presenter.begin_first()
    assert "show_form" not in view.names()
    desk.answer()
    desk.answer()
    assert view.last("show_form")[0].detail.row.door == "1-1-1"


def test_what_was_typed_is_kept_once_and_found_again() -> None:
    presenter, source, view, desk = make()
    presenter.begin(ONE)
    presenter.keep_draft()
    assert source.drafts == {}  # nothing typed, nothing kept
    presenter.edited(FILLED)
    presenter.keep_draft()
    presenter.keep_draft()
    assert source.log_order == ["keep"]
    assert view.last("show_kept") == "09:24"
    assert desk.lanes[-1] == "serial"
    presenter.put_aside()
    presenter.begin(ONE)
    assert view.last("show_form")[1] == FILLED


def test_a_draft_that_could_not_be_kept_is_tried_again() -> None:
    presenter, source, view, _ = make()
    presenter.begin(ONE)
    presenter.edited(FILLED)
    source.error = DiskFull(path="x")
    presenter.keep_draft()
    assert isinstance(view.last("show_error"), DiskFull)
    source.error = None
    presenter.keep_draft()
    assert source.drafts[ONE]["said"] == "灯太暗"


def test_saving_goes_on_to_the_next_household() -> None:
    presenter, source, view, _ = make()
    presenter.begin(ONE)
    presenter.edited(FILLED)
    presenter.save(then_next=True)
    assert [form.household_id for form in source.logged] == [ONE]
    assert view.last("visit_saved")[0].no == "Z26-02-0001"
    assert view.last("records_saved").concerns("visit")
    assert view.last("show_form")[0].detail.row.door == "1-1-2"
    assert source.drafts == {}


def test_a_draft_is_never_written_after_its_visit() -> None:
    presenter, source, _, desk = make(hold=True)
    desk.answer()
    presenter.begin(ONE)
    desk.answer()
    presenter.edited(FILLED)
    presenter.keep_draft()
    presenter.edited(replace(FILLED, said="灯太暗了"))
    presenter.save(then_next=False)
    presenter.keep_draft()  # the timer that was still running
    presenter.save(then_next=False)  # a second press of the key
    desk.answer()
    assert source.log_order == ["keep", "log"]
    assert source.logged[0].said == "灯太暗了"
    assert source.drafts == {}


def test_faults_stop_the_save_and_name_their_fields() -> None:
    presenter, source, view, _ = make()
    presenter.begin(ONE)
    presenter.edited(replace(FILLED, outcome="rescheduled"))
    presenter.save(then_next=True)
    assert view.last("show_faults") == {"next_on": "required"}
    assert source.logged == []


def test_a_refused_save_keeps_form_and_draft() -> None:
    presenter, source, view, _ = make()
    presenter.begin(ONE)
    presenter.edited(FILLED)
    source.error = FieldInvalid(entity="visit", record="", field="visited_on", reason="in_future")
    presenter.save(then_next=True)
    assert view.last("show_faults") == {"visited_on": "in_future"}
    assert view.last("show_saving") is False
    assert presenter.open_household == ONE
    source.error = None
    presenter.save(then_next=True)
    assert len(source.logged) == 1


def test_other_errors_are_told_and_the_draft_is_kept() -> None:
    presenter, source, view, _ = make()
    presenter.begin(ONE)
    presenter.edited(FILLED)
    failing = DiskFull(path="x")
    source.log = Mock(side_effect=failing)  # type: ignore[method-assign]
    presenter.save(then_next=False)
    assert view.last("show_error") is failing
    assert source.drafts[ONE]["said"] == "灯太暗"


def test_households_with_a_draft_are_not_next() -> None:
    presenter, source, view, _ = make()
    source.drafted = (DraftRow(b"d" * 16, (2).to_bytes(16), "1-1-2", "", 0),)
    presenter.reload()
    presenter.begin(ONE)
    assert view.last("show_form")[2] == "1-1-3"


def test_after_the_last_household_the_list_begins_again_and_ends() -> None:
    presenter, _, view, _ = make()
    presenter.begin((3).to_bytes(16))
    assert view.last("show_form")[2] == "1-1-1"


def test_discarding_removes_the_draft() -> None:
    presenter, source, view, _ = make()
    presenter.begin(ONE)
    presenter.edited(FILLED)
    presenter.keep_draft()
    presenter.discard()
    assert source.drafts == {}
    assert presenter.open_household is None
    assert "show_nothing" in view.names()


def test_keep_now_writes_before_it_returns() -> None:
    presenter, source, _, desk = make()
    presenter.begin(ONE)
    desk.hold = True
    presenter.edited(FILLED)
    presenter.keep_now()
    assert source.drafts[ONE]["outcome"] == "met"
