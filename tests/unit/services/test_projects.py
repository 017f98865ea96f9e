"""A project from the idea to the year's end: what each step asks for, screening round by round, money, the funnel."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridworker.errors import FieldInvalid
from gridworker.models.op import Value
from gridworker.models.project import CHECKLIST, MOST_FEN, SUBMITTED
from gridworker.services import lists, projects
from gridworker.services.acts import present_values
from gridworker.services.undo import undo
from gridworker.store.queries import projects as read
from gridworker.store.queries.steps import next_steps
from gridworker.store.store import Store
from tests.community import COMMUNITY, one

ME = COMMUNITY.logins["shuji"]


def whole(store: Store) -> dict[str, Value]:
    """Everything a project must say before it is handed in."""
    org = one(store, "SELECT id FROM org_unit WHERE deleted = 0 ORDER BY rid LIMIT 1")
    assert isinstance(org, bytes)
    return {
        "title": "电动车棚", "fund_source": "dedicated", "applicant_org_id": org, "lead_type": "community",
        "lead_name": "社区", "goal": "有处充电", "target_groups": "everybody,elderly", "content": "建一处车棚",
        "method": "共建", "effect_indicator": "飞线处数", "effect_base": "12", "effect_target": "0",
        "long_term_plan": "物业管护，每年检修", "start_on": "2026-12-01", "end_on": "2027-03-01",
        "sessions_planned": 4,
    }  # fmt: skip


def need(store: Store) -> bytes:
    return lists.add_need(store, {"title": "坡道太陡", "category": "safety"}).record


def submitted(store: Store) -> bytes:
    record = projects.add(store, whole(store), (need(store),)).record
    projects.move(store, record, "draft")
    projects.move(store, record, "submit")
    return record


def approved(store: Store) -> bytes:
    record = submitted(store)
    projects.begin_screening(store, record)
    projects.screen(store, record, ME, CHECKLIST, "approved")
    return record


def state(store: Store, record: bytes) -> str:
    return read.project(store, record).row.state


def why(error: pytest.ExceptionInfo[FieldInvalid]) -> tuple[str, str]:
    return str(error.value.values["field"]), str(error.value.values["reason"])


def test_what_is_not_said_keeps_a_project_from_being_handed_in(alone: Store) -> None:
    for missing in SUBMITTED:
        values = {name: value for name, value in whole(alone).items() if name != missing}
        record = projects.add(alone, values, (need(alone),)).record
        projects.move(alone, record, "draft")
        with pytest.raises(FieldInvalid) as refused:
            projects.move(alone, record, "submit")
        assert why(refused) == (missing, "required")
        (submit,) = [step for step in next_steps(alone, "project", record) if step.event == "submit"]
        assert submit.missing == (missing,)


def test_a_project_needs_a_need_and_days_in_order(alone: Store) -> None:
    record = projects.add(alone, whole(alone)).record
    projects.move(alone, record, "draft")
    with pytest.raises(FieldInvalid) as refused:
        projects.move(alone, record, "submit")
    assert why(refused) == ("need_id", "need_missing")
    wanted = need(alone)
    projects.link_need(alone, record, wanted)
    projects.link_need(alone, record, wanted)
    projects.edit(alone, record, {"end_on": "2027-03-01"}, {"end_on": "2026-11-01"})
    with pytest.raises(FieldInvalid) as refused:
        projects.move(alone, record, "submit")
    assert why(refused) == ("end_on", "before_it_begins")
    projects.edit(alone, record, {"end_on": "2026-11-01"}, {"end_on": "2027-03-01"})
    projects.move(alone, record, "submit")
    assert [n.no for n in read.project(alone, record).needs] == [
        one(alone, "SELECT no FROM need WHERE id = ?", wanted)
    ]


def test_screening_goes_round_by_round(alone: Store) -> None:
    record = submitted(alone)
    with pytest.raises(FieldInvalid) as refused:
        projects.screen(alone, record, ME, CHECKLIST, "approved")
    assert refused.value.values["reason"] in ("not_in_screening", "required")
    projects.begin_screening(alone, record)
    for passed, decision in (((), "approved"), (CHECKLIST, "revise"), (CHECKLIST, "rejected")):
        with pytest.raises(FieldInvalid) as refused:
            projects.screen(alone, record, ME, passed, decision)
        assert why(refused) == ("reason", "required")
    assert read.project(alone, record).screenings == ()
    projects.screen(alone, record, ME, CHECKLIST[:3], "revise", "成效写得太空")
    assert state(alone, record) == "revise"
    projects.move(alone, record, "draft")
    projects.move(alone, record, "submit")
    projects.begin_screening(alone, record)
    projects.screen(alone, record, ME, CHECKLIST[:6], "approved", "活动已错开")
    found = read.project(alone, record)
    assert (found.row.state, found.row.round) == ("approved", 2)
    assert [(s.round, s.decision, len(s.passed)) for s in found.screenings] == [
        (1, "revise", 3),
        (2, "approved", 6),
    ]
    with pytest.raises(FieldInvalid) as refused:
        projects.screen(alone, record, ME, CHECKLIST, "maybe")
    assert why(refused) == ("decision", "not_a_choice")


def test_to_the_end_and_made_regular(alone: Store) -> None:
    record = approved(alone)
    projects.move(alone, record, "start")
    for on, heads in (("2026-12-05", 12), ("2026-12-12", 30)):
        projects.add_part(
            alone, "project_entry", record, {"kind": "session", "held_on": on, "head_count": heads}
        )
    projects.add_part(
        alone, "project_entry", record, {"kind": "progress", "held_on": "2026-12-13", "text": "基础已浇"}
    )
    projects.add_part(alone, "project_milestone", record, {"title": "开工", "due_on": "2026-11-01"})
    found = read.project(alone, record).row
    assert (found.sessions, found.sessions_planned, found.person_times, found.late) == (2, 4, 42, 1)
    projects.move(alone, record, "check", mid_note="进度正常")
    projects.move(alone, record, "finish", finished_on="2027-02-01")
    with pytest.raises(FieldInvalid) as refused:
        projects.move(alone, record, "continue", continued_how="物业接管")
    assert why(refused) == ("state", "stale_transition")
    projects.move(alone, record, "evaluate", effect_actual="0", evaluation="飞线没有了")
    later = projects.carry_over(alone, record, "每年由物业检修", 2027).record
    old, new = read.project(alone, record), read.project(alone, later)
    assert (old.row.state, old.continues_as_no, new.continues_no) == ("continued", new.row.no, old.row.no)
    assert (new.row.state, new.row.year) == ("collected", 2027)
    assert [n.id for n in new.needs] == [n.id for n in old.needs]


def test_money_is_exact(alone: Store) -> None:
    record = projects.add(alone, whole(alone)).record
    for title, planned, spent in (
        ("钢架", "12,500.50", "12500.1"),
        ("人工", "¥0.1", ""),
        ("灯", "0.2", "0.20"),
    ):
        values: dict[str, Value] = {"kind": "goods", "title": title, "planned_fen": projects.fen(planned)}
        projects.add_part(
            alone, "project_budget", record, {**values, "actual_fen": projects.fen(spent) if spent else None}
        )
    found = read.project(alone, record)
    assert (found.planned_fen, found.actual_fen) == (1_250_080, 1_250_030)
    assert projects.yuan(found.planned_fen) == "12500.80"
    for wrong in ("", "-1", "1.234", "一千", "1e3", "1.5元", "100000000.01", "٣"):
        with pytest.raises(FieldInvalid) as refused:
            projects.fen(wrong)
        assert why(refused)[1] == "not_money"


@given(st.integers(0, MOST_FEN))
def test_yuan_and_fen_are_the_same_money(value: int) -> None:
    assert projects.fen(projects.yuan(value)) == value


def test_a_closed_year_stays_as_it_is(alone: Store) -> None:
    record = approved(alone)
    projects.move(alone, record, "start")
    part = projects.add_part(
        alone, "project_milestone", record, {"title": "开工", "due_on": "2026-12-01"}
    ).record
    with pytest.raises(FieldInvalid) as refused:
        projects.close_year(alone, 2026)
    assert refused.value.values["reason"] == "projects_open"
    projects.move(alone, record, "close", closing_note="并入物业工程")
    projects.close_year(alone, 2026)
    assert (2026, True) in read.project_years(alone) and read.project(alone, record).year_closed
    seen = present_values(alone, "project", record, ("title",))
    tries: tuple[Callable[[], object], ...] = (
        lambda: projects.edit(alone, record, seen, {"title": "车棚"}),
        lambda: projects.move(alone, record, "reopen", reopen_reason="还有尾款"),
        lambda: projects.move(alone, record, "take_back", closing_note=None),
        lambda: projects.add(alone, whole(alone)),
        lambda: projects.add_part(
            alone, "project_budget", record, {"kind": "goods", "title": "灯", "planned_fen": 1}
        ),
        lambda: projects.edit_part(
            alone, "project_milestone", part, {"done_on": None}, {"done_on": "2026-12-01"}
        ),
        lambda: projects.remove_part(alone, "project_milestone", part),
        lambda: projects.link_need(alone, record, need(alone)),
        lambda: projects.remove(alone, record),
    )
    for attempt in tries:
        with pytest.raises(FieldInvalid) as refused:
            attempt()
        assert why(refused) == ("year", "year_closed")
    projects.add(alone, {**whole(alone), "year": 2027})
    projects.open_year(alone, 2026)
    projects.edit(alone, record, seen, {"title": "车棚"})
    projects.close_year(alone, 2026)
    assert (2026, True) in read.project_years(alone)


def test_every_step_of_a_project_is_taken_back(alone: Store) -> None:
    record = submitted(alone)
    projects.begin_screening(alone, record)
    screened = projects.screen(alone, record, ME, CHECKLIST, "approved")
    undo(alone, screened.txns[0], "撤销")
    found = read.project(alone, record)
    assert (found.row.state, found.screenings) == ("screening", ())
    projects.screen(alone, record, ME, (), "rejected", "是一次活动")
    assert state(alone, record) == "rejected"
    dropped = projects.move(alone, record, "draft")
    undo(alone, dropped.txns[0], "撤销")
    assert state(alone, record) == "rejected"
    made = projects.add(alone, whole(alone), (need(alone),))
    undo(alone, made.txns[0], "撤销")
    assert all(row.id != made.record for row in read.projects(alone))


def test_the_funnel_counts_what_was_handed_in(alone: Store) -> None:
    for decision in ("approved", "revise", "rejected", "approved"):
        record = submitted(alone)
        projects.begin_screening(alone, record)
        projects.screen(alone, record, ME, CHECKLIST, decision, "见意见")
        if decision == "revise":
            projects.move(alone, record, "draft")
    projects.add(alone, whole(alone))
    found = read.project_funnel(alone, 2026)
    assert (found.submitted, found.approved, found.revise, found.rejected, found.drafted) == (4, 2, 1, 1, 1)
    assert read.project_funnel(alone, 2025).submitted == 0
    page = read.projects(alone, 2026, limit=2)
    rest = read.projects(alone, 2026, after=page[-1].key)
    assert len(page) + len(rest) == 5 and not {r.id for r in page} & {r.id for r in rest}
    assert len(read.projects(alone, states=("approved",))) == 2
