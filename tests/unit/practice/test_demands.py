"""The demands of the practice community: the shares of its specification, and roads that the judge accepts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from gridworker.models.demand_machine import DEMAND_MACHINE, OPEN
from gridworker.models.demand_rules import replayed
from gridworker.models.guard import notice
from gridworker.models.machine import EVENT
from gridworker.models.must_not import forbidden_in_name
from gridworker.models.op import Draft, OpKind, Value
from gridworker.practice.community import practice_community
from gridworker.practice.demands import CATEGORIES, LEVELS, RATINGS, SOURCES
from gridworker.practice.seeded import texts
from gridworker.practice.size import Size, shares
from gridworker.store.demand_changes import changed_fields
from tests.community import ACT, batches, empty_store
from tests.unit.practice.test_texts import PRIVATE, sentences

NOW = "2026-11-20 09:00"
Asked = dict[bytes, dict[str, Value]]


@pytest.fixture(scope="module")
def asked(demo: Mapping[str, list[Draft]]) -> Asked:
    """Every demand as its drafts leave it."""
    found: Asked = {}
    for draft in demo["demand"]:
        if draft.kind is OpKind.CREATE:
            found[draft.record] = {**draft.set, "state": "registered", "reopened": 0}
            continue
        row, event = found[draft.record], DEMAND_MACHINE.by_name[str(draft.set[EVENT])]
        assert draft.base["state"] == row["state"]
        assert row["state"] in event.sources
        assert all(draft.set.get(name) for name in event.needs), event.name
        row.update({name: value for name, value in draft.set.items() if name in event.given})
        row.update(dict(event.fixed), state=event.leads_to(str(row["state"])))
        row["reopened"] = int(str(row["reopened"])) + (event.name == "reopen")
    return found


def of(asked: Asked, field: str, **where: Value) -> Counter[Value]:
    rows = asked.values()
    return Counter(r.get(field) for r in rows if all(r.get(name) == value for name, value in where.items()))


def test_shares_of_categories_and_sources(asked: Asked) -> None:
    assert len(asked) == 312
    for field, weights in (("category", CATEGORIES), ("source", SOURCES)):
        assert sum(weights.values()) == 100
        wanted = dict(zip(weights, shares(312, list(weights.values())), strict=True))
        assert of(asked, field) == wanted
        assert all(abs(wanted[name] / 312 - share / 100) < 0.005 for name, share in weights.items())


def test_how_far_they_came(asked: Asked) -> None:
    states = of(asked, "state")
    assert states == {
        "closed": 256, "replied": 16, "not_accepted": 3,
        "registered": 5, "accepted": 8, "assigned": 6, "in_progress": 14, "handled": 2, "returned": 1, "reopened": 1,
    }  # fmt: skip
    assert of(asked, "state", refer_level="street") == {"in_progress": 3}
    levels = dict(zip(LEVELS, shares(256, list(LEVELS.values())), strict=True))
    assert of(asked, "solve_level", state="closed") == levels
    assert sum(row["reopened"] for row in asked.values()) == 9  # type: ignore[misc]


def test_satisfaction_of_those_who_were_asked(asked: Asked) -> None:
    rated = of(asked, "satisfaction", state="closed")
    unasked = rated.pop(None)
    assert (sum(rated.values()), unasked) == (192, 64)
    assert all(abs(rated[name] / 192 - share / 100) < 0.01 for name, share in RATINGS.items())
    for row in asked.values():
        reason = row.get("satisfaction_reason")
        assert reason or row.get("satisfaction") != "unsatisfied"


def test_the_board_has_due_and_overdue(asked: Asked) -> None:
    waiting = [
        row for row in asked.values() if row["state"] in OPEN and row["state"] not in ("replied", "handled")
    ]
    late = sum(str(row["due_at"]) < NOW for row in waiting)
    assert 5 <= late <= len(waiting) - 10


def test_time_only_goes_forward(demo: Mapping[str, list[Draft]]) -> None:
    last: dict[bytes, str] = {}
    for draft in demo["demand"]:
        at = str(draft.set.get("at") or draft.set["reported_at"])
        assert last.get(draft.record, "") <= at <= NOW
        last[draft.record] = at


def test_what_was_said_at_a_visit_names_it(demo: Mapping[str, list[Draft]]) -> None:
    homes = {draft.record: draft.set["household_id"] for draft in demo["visit"]}
    linked = [draft.set for draft in demo["demand"] if draft.set.get("visit_id")]
    assert len(linked) == 144
    assert all(homes[bytes(one["visit_id"])] == one["household_id"] for one in linked)  # type: ignore[arg-type]
    orders = [d.set["outside_no"] for d in demo["demand"] if d.set.get("source") == "hotline_12345"]
    assert len(set(orders)) == len(orders) == 37
    assert all(str(no).startswith("演示") for no in orders)


def test_the_sentences_speak_of_matters_only() -> None:
    words = texts("demands")
    assert set(words["topics"]) == set(CATEGORIES)
    for sentence in sentences(words):
        assert forbidden_in_name(sentence) is None, sentence
        assert not any(word in sentence for word in PRIVATE), sentence
        assert notice(sentence) == (), sentence


def test_the_judge_takes_every_step_and_the_log_replays(tmp_path: Path) -> None:
    practice = practice_community(scale=replace(Size.tiny(), demands_per_week=6))
    store = empty_store(tmp_path / "tiny")
    store.found(batches(practice.drafts()), ACT)
    with store.read() as connection:
        rows = connection.exec_driver_sql("SELECT id, state, satisfaction FROM demand").fetchall()
        log = connection.exec_driver_sql(
            "SELECT demand_id, from_state, to_state, changed, by_member_id FROM demand_event ORDER BY demand_id, turn"
        ).fetchall()
    store.close()
    assert len(rows) == 36
    assert all(entry[4] for entry in log), "somebody did every step"
    for record, state, satisfaction in rows:
        told = [(e[1] or "", e[2], changed_fields(e[3])) for e in log if e[0] == record]
        after = replayed(told)
        assert (after["state"], after.get("satisfaction")) == (state, satisfaction)
