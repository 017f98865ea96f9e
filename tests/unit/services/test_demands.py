"""Registering demands, causing events and reading them again, in a community that stands alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from gridworker.errors import EventRefused, FieldInvalid, NotAllowed, NotFound
from gridworker.models.days import Week
from gridworker.models.limits import Limit, Standing
from gridworker.services import catalogues, demands, limits, merging, rights
from gridworker.services.demands import DemandForm, next_steps, register
from gridworker.services.undo import undo
from gridworker.services.visits import VisitForm, log_visit
from gridworker.store.demand_rows import DemandFilter
from gridworker.store.queries import demands as reading
from gridworker.store.queries.demand_detail import demand, titles_of
from gridworker.store.queries.demand_digest import digest
from gridworker.store.queries.find import find
from gridworker.store.queries.tree import default_scope, scope_of
from gridworker.store.rows import HitKind, TreeKind
from gridworker.store.store import Store
from tests.community import NOW, clock_at, household_of, joined_store, one

STEWARD = "mg101"


def form(store: Store, nth: int = 0, /, **more: object) -> DemandForm:
    values = {
        "place": ("household_id", household_of(store, nth)),
        "title": "电动车坡道太陡",
        "content": "单元门口坡道太陡，电动车推不上去",
        "category": "parking",
        **more,
    }
    return DemandForm(**values)  # type: ignore[arg-type]


def at(store: Store, text: str) -> None:
    store.use_clock(clock_at(dt.datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=NOW.tzinfo)))


def other_member(store: Store) -> bytes:
    found = one(store, "SELECT id FROM member WHERE id <> ? AND deleted = 0 LIMIT 1", store.known.member_id)
    assert isinstance(found, bytes)
    return found


def test_registered_it_has_a_number_a_limit_and_an_owner(alone: Store) -> None:
    made = register(alone, form(alone))
    found = demand(alone, made.demand_id)
    assert made.no.startswith("S26-01-")
    assert (found.row.no, found.row.state, found.row.reported_at) == (
        made.no,
        "registered",
        "2026-11-20 09:00",
    )
    assert found.row.due_at == "2026-11-27 09:00"
    assert (found.row.owner_id, found.row.standing) == (alone.known.member_id, Standing.DUE)
    assert [entry.event for entry in found.log] == ["register"]
    assert made.changes.concerns("demand")


def test_with_the_visit_in_one_transaction_and_answered_on_the_spot(alone: Store) -> None:
    home = household_of(alone)
    saved = log_visit(
        alone,
        VisitForm(home, "2026-11-20", "met", said="坡道太陡，灯也不亮"),
        demands=[form(alone), form(alone, title="楼道灯不亮", result_text="当场换了灯泡", category="repair")],
    )
    (first, _), (second, number) = saved.demands
    assert demand(alone, first).values["visit_id"] == saved.visit_id
    found = demand(alone, second)
    assert (found.row.no, found.row.state, found.values["result_kind"]) == (number, "handled", "solved")
    assert [entry.event for entry in found.log] == ["register", "accept", "handle"]
    with pytest.raises(FieldInvalid):
        log_visit(alone, VisitForm(home, "2026-11-20", "met"), demands=[form(alone, title=" ")])
    assert one(alone, "SELECT count(*) FROM demand") == 2


def test_a_hotline_order_keeps_its_number_and_its_limit(alone: Store) -> None:
    made = register(
        alone,
        form(
            alone,
            source="hotline_12345",
            outside_no="12345-2026-77",
            due_at="2026-11-21 12:00",
            type="complaint",
        ),
    )
    found = demand(alone, made.demand_id)
    assert (found.values["outside_no"], found.row.due_at) == ("12345-2026-77", "2026-11-21 12:00")
    assert [r.id for r in reading.demands(alone, None, DemandFilter(words="2026-77")).rows] == [
        made.demand_id
    ]


def test_a_refusal_says_the_rule_and_what_is_possible(alone: Store) -> None:
    made = register(alone, form(alone))
    with pytest.raises(EventRefused) as refused:
        demands.cause(alone, made.demand_id, "close")
    facts = refused.value.values
    assert (facts["record"], facts["state"], facts["event"]) == (made.no, "registered", "close")
    assert facts["reason"] == "event_illegal"
    assert {"accept", "not_accept", "refer_up"} <= set(str(facts["legal"]).split(","))
    with pytest.raises(FieldInvalid) as missing:
        demands.cause(alone, made.demand_id, "not_accept", "不归社区")
    assert missing.value.values["field"] == "result_text"
    with pytest.raises(NotFound):
        demands.cause(alone, b"\x01" * 16, "accept")


def test_accepting_with_another_urgency_takes_its_limit_from_the_report(alone: Store) -> None:
    made = register(alone, form(alone))
    at(alone, "2026-11-20 15:00")
    demands.accept(alone, made.demand_id, "critical")
    found = demand(alone, made.demand_id)
    assert (found.row.due_at, found.row.standing) == ("2026-11-20 11:00", Standing.OVERDUE)


def test_extended_it_keeps_the_earlier_limit_in_the_log(alone: Store) -> None:
    made = register(alone, form(alone))
    demands.extend_by(alone, made.demand_id, Limit(2, "wd"), "等配件")
    found = demand(alone, made.demand_id)
    assert found.row.due_at == "2026-12-01 17:30"
    assert ("due_at", "2026-11-27 09:00", "2026-12-01 17:30") in found.log[-1].changed


def test_reopened_a_new_limit_begins(alone: Store) -> None:
    made = register(alone, form(alone))
    demands.cause(alone, made.demand_id, "not_accept", "不归社区", result_text="请联系物业")
    at(alone, "2026-11-24 10:00")
    demands.reopen(alone, made.demand_id, "物业不管")
    found = demand(alone, made.demand_id)
    assert (found.row.state, found.row.due_at, found.row.reopened) == ("reopened", "2026-12-01 10:00", 1)


def test_every_event_is_undone_while_nobody_went_on(alone: Store) -> None:
    made = register(alone, form(alone))
    done = demands.accept(alone, made.demand_id)
    undo(alone, done.txns[0], "点错了")
    assert demand(alone, made.demand_id).row.state == "registered"
    assert [entry.event for entry in demand(alone, made.demand_id).log][-1] == "take_back"
    undo(alone, made.txns[0], "登记重了")
    assert demand(alone, made.demand_id).row.state == "withdrawn"


def test_editing_what_was_written_down(alone: Store) -> None:
    made = register(alone, form(alone))
    seen = demand(alone, made.demand_id).values
    demands.edit(alone, made.demand_id, seen, {"title": "坡道太陡", "conflict_pair": "resident_property"})
    found = demand(alone, made.demand_id)
    assert (found.row.title, found.values["conflict_pair"]) == ("坡道太陡", "resident_property")
    with pytest.raises(FieldInvalid, match="only_by_event"):
        demands.edit(alone, made.demand_id, seen, {"state": "closed"})


def test_what_may_be_done_next_with_the_reason_why_not(alone: Store) -> None:
    made = register(alone, form(alone))
    steps = {step.event: step for step in next_steps(alone, made.demand_id)}
    assert steps["accept"].possible and steps["refer_up"].told
    assert "close" not in steps
    assert steps["take_back"].reason in ("", "not_last_step")
    demands.accept(alone, made.demand_id)
    demands.cause(
        alone, made.demand_id, "handle", result_kind="solved", result_text="修了", solve_level="community"
    )
    demands.cause(alone, made.demand_id, "reply", replied_at="2026-11-20 09:00", reply_channel="phone")
    steps = {step.event: step for step in next_steps(alone, made.demand_id)}
    assert {name: steps[name].reason for name in ("revisit", "close")} == {
        "revisit": "handler_himself",
        "close": "handler_himself",
    }


def test_a_page_goes_on_where_the_last_one_ended(alone: Store) -> None:
    made = [register(alone, form(alone, place, title=f"第{place}件")) for place in range(7)]
    scope = default_scope(alone)
    seen: list[bytes] = []
    after = None
    while True:
        page = reading.demands(alone, scope, order="new", after=after, limit=3)
        seen += [row.id for row in page.rows]
        after = page.next
        if after is None:
            break
    assert sorted(seen) == sorted(one.demand_id for one in made) and len(seen) == 7
    assert reading.count(alone, scope) == 7


def test_filters_narrow_the_list(alone: Store) -> None:
    first = register(alone, form(alone))
    second = register(
        alone, form(alone, 1, category="repair", type="complaint", urgency="critical", title="楼道灯")
    )
    at(alone, "2026-11-20 13:00")

    def ids(**wanted: object) -> set[bytes]:
        rows = reading.demands(alone, default_scope(alone), DemandFilter(**wanted)).rows  # type: ignore[arg-type]
        return {row.id for row in rows}

    assert ids(categories=frozenset({"repair"})) == {second.demand_id}
    assert ids(standings=frozenset({Standing.OVERDUE})) == {second.demand_id}
    assert ids(standings=frozenset({Standing.DUE})) == {first.demand_id}
    assert ids(words="坡道") == {first.demand_id}
    assert ids(words=second.no) == {second.demand_id}
    assert ids(owner_id=alone.known.member_id) == {first.demand_id, second.demand_id}
    assert ids(place=("household_id", household_of(alone, 1))) == {second.demand_id}
    assert ids(states=frozenset({"closed"})) == set()
    at(alone, "2026-11-25 20:00")
    assert ids(standings=frozenset({Standing.NEAR})) == {first.demand_id}


def test_the_board_counts_what_it_does_not_show(alone: Store) -> None:
    for place in range(4):
        register(alone, form(alone, place, urgency="critical"))
    demands.accept(alone, reading.demands(alone, None).rows[0].id)
    at(alone, "2026-11-20 13:00")
    columns = {column.state: column for column in reading.board(alone, default_scope(alone), each=2)}
    assert (columns["registered"].count, columns["registered"].overdue, len(columns["registered"].rows)) == (
        3,
        3,
        2,
    )
    assert (columns["accepted"].count, columns["closed"].count) == (1, 0)


def test_a_node_sees_its_own_and_what_lies_below(alone: Store) -> None:
    made = register(alone, form(alone))
    root = one(alone, "SELECT id FROM area_unit WHERE kind = 'community'")
    micro = one(alone, "SELECT unit_at FROM demand WHERE id = ?", made.demand_id)
    office = register(alone, form(alone, place=("area_unit_id", root), title="全社区充电难"))
    assert isinstance(root, bytes) and isinstance(micro, bytes)
    counts = reading.counts_by_node(alone)
    assert (counts[root].open, counts[micro].open) == (2, 1)
    here = scope_of(alone, TreeKind.AREA, micro)
    assert [row.id for row in reading.demands(alone, here).rows] == [made.demand_id]
    all_of_it = scope_of(alone, TreeKind.AREA, root)
    assert {row.id for row in reading.demands(alone, all_of_it).rows} == {made.demand_id, office.demand_id}
    elsewhere = one(alone, "SELECT id FROM area_unit WHERE kind = 'micro_grid' AND id <> ?", micro)
    assert isinstance(elsewhere, bytes)
    assert reading.demands(alone, scope_of(alone, TreeKind.AREA, elsewhere)).rows == ()
    organisation = one(
        alone, "SELECT id FROM org_unit WHERE parent_id IS NULL AND kind = 'community_party_org'"
    )
    assert isinstance(organisation, bytes)
    whole = scope_of(alone, TreeKind.ORG, organisation)
    assert reading.count(alone, whole) == 2


def test_overdue_is_computed_when_asked(alone: Store) -> None:
    register(alone, form(alone))
    root = default_scope(alone).node_id
    at(alone, "2026-11-27 08:00")
    assert (reading.counts_by_node(alone)[root].due, reading.counts_by_node(alone)[root].overdue) == (1, 0)
    at(alone, "2026-11-27 09:01")
    assert (reading.counts_by_node(alone)[root].due, reading.counts_by_node(alone)[root].overdue) == (0, 1)


def test_two_returns_surface(alone: Store) -> None:
    made = register(alone, form(alone))
    demands.accept(alone, made.demand_id)
    for _ in range(2):
        demands.cause(alone, made.demand_id, "assign", assignee_id=other_member(alone))
        demands.cause(alone, made.demand_id, "return", "不归我")
        demands.accept(alone, made.demand_id)
    (row,) = reading.demands(alone, None, DemandFilter(surfaced=True)).rows
    assert row.surfaced and row.id == made.demand_id


def test_the_weekly_digest(alone: Store) -> None:
    register(alone, form(alone, conflict_pair="resident_property"))
    register(alone, form(alone, 1, source="hotline_12345"))
    grid = one(alone, "SELECT id FROM area_unit WHERE kind = 'grid'")
    register(alone, form(alone, place=("area_unit_id", grid), source="meeting", category="safety"))
    found = digest(alone, Week.parse("2026-W47"), default_scope(alone))
    assert {line.code: (line.new, line.open) for line in found.by_source} == {
        "visit": (1, 1),
        "hotline_12345": (1, 1),
        "meeting": (1, 1),  # a matter of the grid as a whole
    }
    assert {line.code: line.new for line in found.by_pair} == {"": 2, "resident_property": 1}
    assert found.by_category[0].code == "parking" and found.by_category[0].new == 2
    assert digest(alone, Week.parse("2026-W40")).by_source[0].new == 0


def test_titles_and_merging_are_shown_both_ways(alone: Store) -> None:
    first, second = register(alone, form(alone)), register(alone, form(alone, 1))
    demands.cause(alone, first.demand_id, "merge", merged_into_id=second.demand_id)
    assert demand(alone, first.demand_id).merged_into == (second.demand_id, second.no)
    assert demand(alone, second.demand_id).merged_here == ((first.demand_id, first.no),)
    assert titles_of(alone, [first.demand_id])[first.demand_id] == (first.no, "电动车坡道太陡", "merged")


def test_catalogues_are_edited_and_the_must_never_list_guards_them(alone: Store) -> None:
    code, done = catalogues.add(alone, "demand_category", "充电桩", urgency="hard")
    known = {entry.code: entry for entry in catalogues.entries(alone, "demand_category")}
    assert known[code].name == "充电桩" and known["parking"].built_in
    made = register(alone, form(alone, category=code))
    assert demand(alone, made.demand_id).row.urgency == "hard"
    catalogues.change(alone, "demand_category", "parking", name="停车充电", offered=False)
    assert "parking" not in {entry.code for entry in catalogues.entries(alone, "demand_category")}
    for name in ("重点人员", "信用分", "上访记录"):
        with pytest.raises(FieldInvalid, match="must_not"):
            catalogues.add(alone, "conflict_pair", name)
    with pytest.raises(FieldInvalid, match="record_exists"):
        catalogues.add(alone, "demand_category", "充电 桩")
    undo(alone, done.txns[0], "加错了")
    assert code not in {
        entry.code for entry in catalogues.entries(alone, "demand_category", all_of_them=True)
    }


def test_limits_are_set_for_what_comes(alone: Store) -> None:
    before = register(alone, form(alone))
    limits.set_limit(alone, "normal", Limit(3, "wd"))
    limits.set_limit(alone, "normal", Limit(4, "wd"))
    after = register(alone, form(alone, 1))
    assert demand(alone, before.demand_id).row.due_at == "2026-11-27 09:00"
    assert demand(alone, after.demand_id).row.due_at == "2026-11-26 17:30"
    limits.keep_year(alone, "2026", ["2026-11-26"], [])
    assert demand(alone, register(alone, form(alone, 2)).demand_id).row.due_at == "2026-11-27 17:30"
    with pytest.raises(FieldInvalid, match="not_a_holiday"):
        limits.keep_year(alone, "2026", ["2027-11-26"], [])


def test_several_are_accepted_in_one_act(alone: Store) -> None:
    made = [register(alone, form(alone, place)).demand_id for place in range(3)]
    done = demands.accept_all(alone, made)
    assert {row.state for row in reading.demands(alone, None).rows} == {"accepted"}
    undo(alone, done.txns[0], "点错了")
    assert {row.state for row in reading.demands(alone, None).rows} == {"registered"}


@pytest.fixture
def steward(alone: Store, tmp_path: Path) -> Iterator[Store]:
    """A building steward's laptop under a server."""
    store = joined_store(tmp_path / "steward", alone, STEWARD)
    yield store
    store.close()


def test_who_may_register_nothing_is_refused(steward: Store) -> None:
    foreign = one(steward, "SELECT id FROM area_unit WHERE kind = 'community'")
    with pytest.raises(NotAllowed):
        register(steward, form(steward, place=("area_unit_id", foreign)))
    assert register(steward, form(steward, place=("area_unit_id", steward.grants()[0].node_id))).no


def test_it_is_found_by_number_and_words(alone: Store) -> None:
    made = register(alone, form(alone))
    for text in (made.no, made.no[:8], "坡道太陡"):
        hits = [hit for hit in find(alone, text) if hit.kind is HitKind.DEMAND]
        assert [(hit.id, hit.title, hit.state) for hit in hits] == [
            (made.demand_id, made.no, "registered")
        ], text
    demands.edit(alone, made.demand_id, demand(alone, made.demand_id).values, {"title": "楼道灯不亮"})
    assert not [hit for hit in find(alone, "坡道太陡") if hit.kind is HitKind.DEMAND]


def test_undoing_a_visit_withdraws_what_was_said_in_it_unless_that_has_ended(alone: Store) -> None:
    saved = log_visit(
        alone,
        VisitForm(household_of(alone), "2026-11-20", "met"),
        demands=[form(alone), form(alone, title="灯不亮")],
    )
    (first, _), (second, _) = saved.demands
    demands.cause(alone, first, "not_accept", "不归社区", result_text="请联系物业")
    txn = one(alone, "SELECT txn FROM history WHERE act = 'visit_logged' ORDER BY n DESC LIMIT 1")
    assert isinstance(txn, bytes)
    undone = undo(alone, txn, "记错了人")
    assert ("demand", "state") in undone.left
    assert [demand(alone, one_of).row.state for one_of in (first, second)] == ["not_accepted", "withdrawn"]
    assert one(alone, "SELECT now_void FROM visit WHERE id = ?", saved.visit_id) == 1


def test_an_erased_household_takes_its_demands_with_every_trace(alone: Store) -> None:
    made = register(alone, form(alone, content="坡道太陡qerasedword"))
    demands.accept(alone, made.demand_id, note="qerasednote")
    kept = register(alone, form(alone, 1))
    demands.cause(alone, kept.demand_id, "merge", merged_into_id=made.demand_id)
    rights.erase(alone, "household", household_of(alone), "本人要求")
    for table in ("demand", "demand_event"):
        assert one(alone, f"SELECT count(*) FROM {table}") == (1 if table == "demand" else 2), table
    assert one(alone, "SELECT merged_into_id FROM demand") is None
    assert one(alone, "SELECT count(*) FROM history WHERE record_id = ?", made.demand_id) == 0
    assert not [hit for hit in find(alone, made.no) if hit.kind is HitKind.DEMAND]


def test_a_merged_household_shows_its_demands_at_the_winner(alone: Store) -> None:
    made = register(alone, form(alone))
    loser, winner = household_of(alone), household_of(alone, 1)
    merging.merge_households(alone, loser, winner, "登记重复")
    found = reading.demands(alone, None, DemandFilter(place=("household_id", winner))).rows
    assert [(row.id, row.household_id) for row in found] == [(made.demand_id, winner)]
