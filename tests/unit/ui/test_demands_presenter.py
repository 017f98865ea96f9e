"""What the demands page does, without a window: what is asked for when, and how demands are put in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from gridworker.changes import ALL_CHANGED
from gridworker.errors import EventRefused
from gridworker.models.limits import Standing
from gridworker.services.acts import Done
from gridworker.services.demands import NextStep
from gridworker.store.demand_rows import DemandFilter, DemandPage, DemandRow
from gridworker.store.rows import Road, Scope, TreeKind
from gridworker.ui.pages.demands.presenter import (
    TABLE,
    DemandsPresenter,
    Figures,
    StepForm,
    TableShown,
)
from gridworker.ui.pages.demands.words import Names, asks, clock_shown, ordered, state_shown
from gridworker.wording import Wording

SCOPE = Scope(b"n" * 16, TreeKind.AREA, "网格", ("网格",), frozenset(), frozenset())
NOW = "2026-11-20 09:00"
ROW = DemandRow(
    id=b"a" * 16, no="S26-01-0001", title="坡道太陡", state="accepted", type="help", category="repair",
    source="visit", urgency="normal", place="3-2-501", estate="学府院", owner_id=None, owner="演示·王", assignee="",
    reported_at="2026-11-18 10:00", due_at="2026-11-25 10:00", standing=Standing.DUE, referral="", refer_kind="",
    referred_to="", surfaced=False, reopened=0, household_id=None, road=Road.ALONE,
)  # fmt: skip


@pytest.fixture
def zh() -> Wording:
    return Wording.load("zh_CN")


class Source:
    """Answers with pages of two; `asked` says what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, object]] = []
        self.refuse = False

    def table(self, scope: Scope, wanted: DemandFilter, after: tuple[str, int] | None) -> TableShown:
        self.asked.append(("table", after))
        following = None if after else ("2026-11-25 10:00", 2)
        rows = (replace(ROW, id=bytes([len(self.asked)]) * 16), ROW)
        return TableShown(DemandPage(rows, following), Figures(4, 1), Names())

    def board(self, scope: Scope, wanted: DemandFilter) -> str:
        self.asked.append(("board", wanted))
        return "board"

    def opened(self, demand_id: bytes) -> Any:
        self.asked.append(("opened", demand_id))

        return SimpleNamespace(detail=SimpleNamespace(row=ROW))

    def step(self, demand_id: bytes, form: StepForm) -> Done:
        if self.refuse:
            raise EventRefused(
                entity="demand",
                record="S26-01-0001",
                state="accepted",
                event="close",
                reason="no_result",
                legal="",
            )
        self.asked.append(("step", (demand_id, form.event)))
        return Done(ALL_CHANGED, demand_id, (b"t" * 16,))


class View:
    def __init__(self) -> None:
        self.said: list[tuple[str, object]] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *values: self.said.append((name, values))


def at_once(work: Callable[[], Any], done: Callable[[Any], None], failed: Any = None, **_: object) -> None:
    try:
        result = work()
    except Exception as error:
        if failed is None:
            raise
        failed(error)
    else:
        done(result)


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def view() -> View:
    return View()


@pytest.fixture
def presenter(source: Source, view: View) -> DemandsPresenter:
    return DemandsPresenter(source, at_once, view)  # type: ignore[arg-type]


def test_nothing_is_asked_before_a_node_is_known(presenter: DemandsPresenter, source: Source) -> None:
    presenter.reload()
    presenter.more()
    assert source.asked == []


def test_the_board_is_asked_for_again_only_when_what_is_wanted_changes(
    presenter: DemandsPresenter, source: Source
) -> None:
    presenter.show_scope(SCOPE)
    presenter.narrow(DemandFilter())
    assert len(source.asked) == 1
    presenter.narrow(DemandFilter(words="坡道"))
    assert source.asked[-1] == ("board", DemandFilter(words="坡道"))


def test_the_table_goes_on_where_it_ended_and_stops_at_the_end(
    presenter: DemandsPresenter, source: Source, view: View
) -> None:
    presenter.layout = TABLE
    presenter.show_scope(SCOPE)
    presenter.more()
    presenter.more()
    assert source.asked == [("table", None), ("table", ("2026-11-25 10:00", 2))]
    rows: Sequence[DemandRow] = view.said[-1][1][1]  # type: ignore[index]
    assert len(rows) == 4


def test_a_step_is_told_and_a_refusal_goes_where_it_was_asked(
    presenter: DemandsPresenter, source: Source, view: View
) -> None:
    presenter.show_scope(SCOPE)
    presenter.step(StepForm("accept"))
    assert all(name != "told" for name, _ in view.said)  # nothing is open yet
    presenter.choose(ROW.id)
    presenter.step(StepForm("accept"))
    assert view.said[-1][0] == "told"
    source.refuse = True
    refused: list[Exception] = []
    presenter.step(StepForm("close"), None, refused.append)
    assert [type(error) for error in refused] == [EventRefused]
    assert view.said[-1][0] == "told"
    presenter.step(StepForm("close"))
    assert view.said[-1][0] == "show_error"


def test_changes_while_hidden_wait_until_the_page_is_looked_at(
    presenter: DemandsPresenter, source: Source
) -> None:
    presenter.show_scope(SCOPE)
    presenter.records_changed(ALL_CHANGED, visible=False)
    assert presenter.stale
    assert len(source.asked) == 1


@pytest.mark.parametrize(
    ("more", "word", "colour"),
    [
        ({}, "剩 5 天", "mute"),
        ({"due_at": "2026-11-20 12:10", "standing": Standing.NEAR}, "剩 3 小时", "due"),
        ({"due_at": "2026-11-20 06:00", "standing": Standing.OVERDUE}, "超 3 小时", "late"),
        ({"due_at": "2026-11-18 08:00", "standing": Standing.OVERDUE}, "超 2 天", "late"),
        ({"referral": "open", "refer_kind": "up"}, "上报", "info"),
        ({"referral": "accepted", "refer_kind": "transfer"}, "转派", "info"),
        ({"referral": "accepted", "refer_kind": "help"}, "剩 5 天", "mute"),
        ({"referral": "open", "refer_kind": "up", "due_at": "2026-11-18 08:00", "standing": Standing.OVERDUE},
         "超 2 天", "late"),
        ({"state": "replied", "standing": Standing.NONE}, "已反馈", "ok"),
    ],
)  # fmt: skip
def test_the_clock_says_what_is_left_or_who_has_it(
    zh: Wording, more: dict[str, Any], word: str, colour: str
) -> None:
    shown = clock_shown(replace(ROW, **more), zh, NOW)
    assert (shown.word, shown.look.colour) == (word, colour)


def test_what_came_back_twice_says_so(zh: Wording) -> None:
    assert "退回" in state_shown(replace(ROW, surfaced=True), zh).sentence
    assert "退回" not in state_shown(ROW, zh).sentence


def step(event: str, reason: str = "", needs: tuple[str, ...] = (), told: bool = False) -> NextStep:
    return NextStep(event, reason, needs, (), told)


def test_what_leads_on_is_offered_first_and_what_is_not_possible_apart() -> None:
    steps = (step("withdraw", told=True), step("note", told=True), step("handle", needs=("result_text",)),
             step("close", "no_result"), step("join_package", needs=("package_id",)))  # fmt: skip
    possible, closed = ordered(steps)
    assert [one.event for one in possible] == ["handle", "note", "withdraw"]
    assert [one.event for one in closed] == ["close"]


def test_whoever_is_not_satisfied_is_first_offered_that_it_is_done_again() -> None:
    unsatisfied, _ = ordered((step("close"), step("note", told=True), step("reopen", told=True)))
    assert [one.event for one in unsatisfied] == ["reopen", "close", "note"]
    satisfied, shut = ordered((step("close"), step("reopen", "not_unsatisfied", told=True)))
    assert [one.event for one in satisfied] == ["close"] and [one.event for one in shut] == ["reopen"]


def test_only_a_step_that_needs_something_asks() -> None:
    assert not asks(step("accept"), "registered")
    assert asks(step("note", told=True), "registered")
    assert asks(step("close"), "replied")
    assert not asks(step("close"), "revisited")
