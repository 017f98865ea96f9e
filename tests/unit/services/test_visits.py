"""Logging a visit and adding to it: what a person does, what is kept, and what is refused in words."""

from __future__ import annotations

import msgspec
import pytest

from gridworker.errors import FieldInvalid, GridworkerError, NotFound
from gridworker.models.days import Week
from gridworker.models.registry import BY_NAME
from gridworker.services.visits import VisitForm, amend_visit, comment_visit, log_visit, void_visit
from gridworker.store.queries import households, tree, visits
from gridworker.store.store import Store
from tests.community import COMMUNITY, counts, form, household_of, one

FULL = {
    "visited_on": "2026-11-19", "outcome": "met", "mode": "phone", "purpose": ("routine", "need_survey"),
    "start_at": "09:30", "end_at": "09:42", "respondent": "family", "said": "  希望修灯  ",
    "site_condition": "楼道有杂物",
    "answered_text": "已解释", "next_step": "联系物业", "next_on": "2026-12-01", "reflection": "邻里和睦",
    "companions": "物业王",
}  # fmt: skip


def row(store: Store, visit: bytes) -> dict[str, object]:
    names = [field.name for field in BY_NAME["visit"].fields]
    with store.read() as connection:
        found = connection.exec_driver_sql(
            f"SELECT {', '.join(names)} FROM visit WHERE id = ?", (visit,)
        ).one()
    return dict(zip(names, found, strict=True))


def refused(store: Store, **values: object) -> tuple[object, object]:
    """Field and reason of a form that is refused, and nothing was kept of it."""
    before = counts(store)
    with pytest.raises(FieldInvalid) as error:
        log_visit(store, form(household_of(store), **values))
    assert counts(store) == before
    return error.value.values["field"], error.value.values["reason"]


def test_every_field_of_the_form_is_kept(alone: Store) -> None:
    household = household_of(alone)
    logged = log_visit(alone, VisitForm(household, **FULL))  # type: ignore[arg-type]
    kept = row(alone, logged.visit_id)
    assert kept == {
        **FULL, "said": "希望修灯", "purpose": "routine,need_survey", "no": logged.no, "household_id": household,
        "shop_id": None, "public_spot_id": None, "answered_on_spot": 1,
        "notices_given": None, "respondent_resident_id": None, "unit_at": kept["unit_at"],
        "now_on": "2026-11-19", "now_outcome": "met", "now_next_on": "2026-12-01", "now_void": 0,
    }  # fmt: skip
    assert kept["unit_at"]


def test_the_shortest_form(alone: Store) -> None:
    logged = log_visit(alone, VisitForm(household_of(alone), "2026-11-20", "absent"))
    kept = row(alone, logged.visit_id)
    assert (kept["mode"], kept["purpose"], kept["said"], kept["answered_on_spot"]) == (
        "door",
        "routine",
        None,
        0,
    )


def test_visitors_are_who_went_and_nobody_twice(alone: Store) -> None:
    other = COMMUNITY.logins["mg101"]
    mine = log_visit(alone, form(household_of(alone)))
    both = log_visit(alone, form(household_of(alone), visitor_ids=(other, alone.known.member_id, other)))
    query = "SELECT count(*) FROM visit_visitor WHERE visit_id = ? AND member_id = ?"
    assert one(alone, query, mine.visit_id, alone.known.member_id) == 1
    assert [one(alone, query, both.visit_id, who) for who in (other, alone.known.member_id)] == [1, 1]
    assert one(alone, "SELECT count(*) FROM visit_visitor WHERE visit_id = ?", both.visit_id) == 2


@pytest.mark.parametrize(
    ("values", "field", "reason"),
    [
        ({"next_on": "2026-11-18"}, "next_on", "before_visit"),
        ({"outcome": "rescheduled"}, "next_on", "required"),
        ({"outcome": "fine"}, "outcome", "not_a_choice"),
        ({"visited_on": "昨天"}, "visited_on", "not_a_day"),
        ({"visited_on": "2026-11-25"}, "visited_on", "in_future"),
        ({"start_at": "25:00"}, "start_at", "not_a_time"),
        ({"purpose": ()}, "purpose", "required"),
        ({"said": "字" * 4001}, "said", "too_long"),
        ({"said": "440524188001010014"}, "said", "identity_number"),
        ({"visitor_ids": (b"x",)}, "member_id", "not_a_reference"),
    ],
)
def test_what_is_refused(alone: Store, values: dict[str, object], field: str, reason: str) -> None:
    assert refused(alone, **values) == (field, reason)


@pytest.mark.parametrize("name", [f.name for f in BY_NAME["visit"].wire_fields if f.free_text])
def test_no_text_of_the_form_takes_an_identity_number(alone: Store, name: str) -> None:
    for number in ("11010519491231002X", "1101 0519 4912 3100 2x", "１１０１０５１９４９１２３１００２Ｘ"):
        assert refused(alone, **{name: f"证{number}。"}) == (name, "identity_number")


def test_a_household_that_is_not_there(alone: Store) -> None:
    with pytest.raises(FieldInvalid) as error:
        log_visit(alone, form(b"\x00" * 16))
    assert error.value.values["reason"] == "parent_missing"


def test_an_amendment_is_seen_and_the_visit_stays_as_it_was(alone: Store) -> None:
    household = household_of(alone)
    logged = log_visit(alone, form(household, start_at="09:00"))
    before = {k: v for k, v in row(alone, logged.visit_id).items() if not k.startswith("now_")}
    wanted: dict[str, str | None] = {
        "said": None, "outcome": "absent", "visited_on": "2026-11-12", "mode": "phone", "start_at": None,
    }  # fmt: skip
    changes = amend_visit(alone, logged.visit_id, wanted, "记错了")
    assert changes.concerns("visit_amendment")
    after = row(alone, logged.visit_id)
    assert {k: v for k, v in after.items() if not k.startswith("now_")} == before
    assert (after["now_on"], after["now_outcome"]) == ("2026-11-12", "absent")
    shown = visits.visit(alone, logged.visit_id)
    assert (shown.said, shown.outcome, shown.on, shown.mode, shown.start_at) == (
        "",
        "absent",
        "2026-11-12",
        "phone",
        None,
    )
    entry = next(e for e in households.household_detail(alone, household).timeline if e.id == logged.visit_id)
    assert (entry.text, entry.outcome, entry.amended, entry.void) == ("", "absent", True, False)
    scope = tree.default_scope(alone)
    weeks = [visits.week_visits(alone, scope, Week.parse(f"2026-W{n}")) for n in (46, 47)]
    assert [logged.no in [visit.no for visit in week] for week in weeks] == [True, False]
    amend_visit(alone, logged.visit_id, {"said": "第二次"}, "再改")
    assert visits.visit(alone, logged.visit_id).said == "第二次"


@pytest.mark.parametrize(
    ("corrections", "reason", "why"),
    [
        ({"household_id": "x"}, "r", "not_amendable"),
        ({"no": "Z26-01-0001"}, "r", "not_amendable"),
        ({"outcome": "happy"}, "r", "not_a_choice"),
        ({"visited_on": "2027-11-19"}, "r", "in_future"),
        ({"visited_on": None}, "r", "required"),
        ({"said": "11010519491231002X"}, "r", "identity_number"),
        ({"said": "好"}, " ", "required"),
        ({"said": "好"}, "证 440524188001010014", "identity_number"),
        ({"said": "好", "outcome": "?"}, "r", "not_a_choice"),
    ],
)
def test_an_amendment_that_is_refused(
    alone: Store, corrections: dict[str, str | None], reason: str, why: str
) -> None:
    logged, before = log_visit(alone, form(household_of(alone))), None
    before = counts(alone)
    with pytest.raises(FieldInvalid) as error:
        amend_visit(alone, logged.visit_id, corrections, reason)
    assert error.value.values["reason"] == why
    assert counts(alone) == before


def test_amending_nothing_is_nothing(alone: Store) -> None:
    logged = log_visit(alone, form(household_of(alone)))
    before = counts(alone)
    assert not amend_visit(alone, logged.visit_id, {}, "r")
    assert counts(alone) == before


def test_a_voided_visit_stays_readable_and_counts_nowhere(alone: Store) -> None:
    household = household_of(alone)
    logged = log_visit(alone, form(household))
    void_visit(alone, logged.visit_id, "记错了户")
    assert visits.visit(alone, logged.visit_id).void
    assert one(alone, "SELECT coalesce(sum(attempts), 0) FROM day_stat WHERE day = '2026-11-19'") == one(
        alone, "SELECT count(*) FROM visit WHERE now_on = '2026-11-19' AND now_void = 0"
    )
    with pytest.raises(FieldInvalid):
        void_visit(alone, logged.visit_id, "  ")


def test_a_comment_is_signed(alone: Store) -> None:
    household = household_of(alone)
    logged = log_visit(alone, form(household))
    comment_visit(alone, logged.visit_id, " 已转物业 ")
    entry = next(e for e in households.household_detail(alone, household).timeline if e.kind == "comment")
    assert (entry.text, entry.visitors) == ("已转物业", (alone.identity.member_name,))
    for bad in ("", "   ", "字" * 1001, "11010519491231002X"):
        with pytest.raises(FieldInvalid):
            comment_visit(alone, logged.visit_id, bad)


def test_without_a_member_nothing_is_signed(alone: Store) -> None:
    logged = log_visit(alone, form(household_of(alone)))
    alone.known = msgspec.structs.replace(alone.known, member_id=None)
    with pytest.raises(NotFound):
        comment_visit(alone, logged.visit_id, "x")


@pytest.mark.parametrize("add", ["amend", "void", "comment"])
def test_nothing_is_added_to_a_visit_that_is_not_there(alone: Store, add: str) -> None:
    before, nowhere = counts(alone), b"\x01" * 16
    with pytest.raises(GridworkerError):
        if add == "amend":
            amend_visit(alone, nowhere, {"said": "x"}, "r")
        elif add == "void":
            void_visit(alone, nowhere, "r")
        else:
            comment_visit(alone, nowhere, "x")
    assert counts(alone) == before
    with pytest.raises(NotFound):
        visits.visit(alone, nowhere)
