"""What may be kept: one table of good and bad values for every kind of field, and the identity-number rule in all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridworker.models.entity import Entity, Field, Kind, Merge
from gridworker.models.household import BASIS, HOUSEHOLD, RESIDENT
from gridworker.models.op import Value
from gridworker.models.registry import ENTITIES
from gridworker.models.validation import Fault, Rules, faults
from gridworker.models.visit import AMENDABLE, VISIT, VISIT_AMENDMENT

RULES = Rules(today="2026-11-20")
PRACTICE = Rules(today="2026-11-20", practice=True)
ID = b"\x01" * 16
NUMBER = "11010519491231002X"

TABLE: list[tuple[Entity, str, Value, str]] = [
    (HOUSEHOLD, "code", "JY1-3-2-501", ""),
    (HOUSEHOLD, "code", None, "required"),
    (HOUSEHOLD, "code", "", "required"),
    (HOUSEHOLD, "code", 5, "not_text"),
    (HOUSEHOLD, "code", "x" * 40, ""),
    (HOUSEHOLD, "code", "x" * 41, "too_long"),
    (HOUSEHOLD, "room", "5\x0001", "control_characters"),
    (HOUSEHOLD, "note", "第一行\n第二行\t完", ""),
    (HOUSEHOLD, "note", "\x1b[31m", "control_characters"),
    (HOUSEHOLD, "note", "\ud800", "control_characters"),
    (HOUSEHOLD, "note", f"证件 {NUMBER}", "identity_number"),
    (HOUSEHOLD, "note", None, ""),
    (HOUSEHOLD, "note", "13812345678", ""),  # a phone in a note only warns, in the window
    (HOUSEHOLD, "floor", 0, ""),
    (HOUSEHOLD, "floor", 200, ""),
    (HOUSEHOLD, "floor", 201, "out_of_range"),
    (HOUSEHOLD, "floor", -1, "out_of_range"),
    (HOUSEHOLD, "floor", "3", "not_a_number"),
    (HOUSEHOLD, "floor", 10**30, "out_of_range"),
    (HOUSEHOLD, "visit_interval_days", 0, "out_of_range"),
    (HOUSEHOLD, "occupancy", "owner", ""),
    (HOUSEHOLD, "occupancy", "Owner", "not_a_choice"),
    (HOUSEHOLD, "occupancy", None, "required"),
    (HOUSEHOLD, "occupancy", 1, "not_a_choice"),
    (HOUSEHOLD, "visit_opt_out", 1, ""),
    (HOUSEHOLD, "visit_opt_out", 2, "not_a_choice"),
    (HOUSEHOLD, "visit_opt_out", "1", "not_a_choice"),
    (HOUSEHOLD, "visit_opt_out_on", "2026-02-29", "not_a_day"),
    (HOUSEHOLD, "visit_opt_out_on", "2026-W47-1", "not_a_day"),
    (HOUSEHOLD, "visit_opt_out_on", 20261120, "not_a_day"),
    (HOUSEHOLD, "contact_resident_id", ID, ""),
    (HOUSEHOLD, "contact_resident_id", ID[:15], "not_a_reference"),
    (HOUSEHOLD, "contact_resident_id", "x" * 16, "not_a_reference"),
    (HOUSEHOLD, "religion", "x", "unknown_field"),
    (RESIDENT, "phone", "13812345678", ""),
    (RESIDENT, "phone", "0571-87654321", ""),
    (RESIDENT, "phone", "87654321", ""),
    (RESIDENT, "phone", "12345678901", "not_a_phone"),
    (RESIDENT, "phone", "1381234567", "not_a_phone"),
    (RESIDENT, "phone", "1381234567８", "not_a_phone"),
    (RESIDENT, "phone", "138-1234-5678", "not_a_phone"),
    (RESIDENT, "phone", "100-0000-0042", "not_a_phone"),
    (RESIDENT, "phone", None, ""),
    (RESIDENT, "birth_year", 1899, "out_of_range"),
    (RESIDENT, "birth_year", 1950, ""),
    (RESIDENT, "gender", "3", "not_a_choice"),
    (RESIDENT, "name", NUMBER, "identity_number"),
    (BASIS, "fields", "phone,birth_year", ""),
    (BASIS, "fields", NUMBER, "identity_number"),
    (BASIS, "fields", 5, "not_text"),
    (VISIT, "purpose", "routine,revisit", ""),
    (VISIT, "purpose", "routine,", "not_a_choice"),
    (VISIT, "purpose", "routine revisit", "not_a_choice"),
    (VISIT, "start_at", "09:30", ""),
    (VISIT, "start_at", "24:00", "not_a_time"),
    (VISIT, "start_at", "9:30", "not_a_time"),
    (VISIT, "start_at", "09:3０", "not_a_time"),
    (VISIT, "start_at", 930, "not_a_time"),
    (VISIT, "visited_on", "2026-11-21", ""),  # a day ahead: somebody else's midnight
    (VISIT, "visited_on", "2026-11-22", "in_future"),
    (VISIT, "visited_on", "1926-11-22", ""),
    (VISIT, "now_on", "2026-11-20", "unknown_field"),  # local figures never come from outside
    (VISIT, "unit_at", 5, ""),  # whoever judges computes it: what is sent does not count
]  # fmt: skip


@pytest.mark.parametrize(("entity", "field", "value", "reason"), TABLE)
def test_the_table(entity: Entity, field: str, value: Value, reason: str) -> None:
    expected = [Fault(field, reason)] if reason else []
    assert faults(entity, {field: value}, RULES, creating=False) == expected


def test_practice_phones_belong_to_practice_alone() -> None:
    assert faults(RESIDENT, {"phone": "100-0000-0042"}, PRACTICE, creating=False) == []
    assert faults(RESIDENT, {"phone": "100-0000-004"}, PRACTICE, creating=False) == [
        Fault("phone", "not_a_phone")
    ]


def test_creating_needs_every_required_field() -> None:
    for entity in ENTITIES:
        given = [f for f in entity.wire_fields if f.merge not in (Merge.DERIVED, Merge.STATE)]
        needed = {Fault(f.name, "required") for f in given if f.required}
        needed |= {Fault(name, "exactly_one") for name in entity.one_of[:1]}
        assert set(faults(entity, {}, RULES, creating=True)) == needed
        assert [f for f in faults(entity, {}, RULES, creating=False) if entity is not VISIT_AMENDMENT] == []


def test_without_a_clock_to_trust_no_day_is_in_the_future() -> None:
    assert faults(VISIT, {"visited_on": "2099-01-01"}, Rules(), creating=False) == []


def test_every_fault_is_named() -> None:
    values: dict[str, Value] = {"floor": 999, "note": "\x00", "what": 1}
    assert {f.field for f in faults(HOUSEHOLD, values, RULES, creating=False)} == set(values)


GOOD: dict[str, str] = {
    "visited_on": "2026-11-20", "start_at": "09:30", "end_at": "09:40", "mode": "phone", "outcome": "absent",
    "purpose": "revisit", "said": "没有", "site_condition": "好", "answered_text": "是", "next_step": "再来",
    "next_on": "2026-12-01", "reflection": "无",
}  # fmt: skip


@pytest.mark.parametrize("field", AMENDABLE)
def test_an_amendment_may_say_only_what_the_visit_could(field: str) -> None:
    def found(value: str | None) -> list[Fault]:
        return faults(VISIT_AMENDMENT, {"field": field, "value": value}, RULES, creating=False)

    assert found(GOOD[field]) == []
    declared = VISIT.field(field)
    assert found(None) == ([Fault("value", "required")] if declared.required else [])
    assert found(NUMBER) == [Fault("value", "identity_number")]
    if declared.kind is not Kind.TEXT:
        assert found("nonsense")[0].field == "value"
    if declared.kind is Kind.TEXT and declared.limit < 4000:
        assert found("字" * (declared.limit + 1)) == [Fault("value", "too_long")]


def test_an_amended_day_is_not_in_the_future_either() -> None:
    values: dict[str, Value] = {"field": "visited_on", "value": "2026-12-24"}
    assert faults(VISIT_AMENDMENT, values, RULES, creating=False) == [Fault("value", "in_future")]


def test_an_amendment_of_no_field_or_another_is_refused() -> None:
    for field in ("household_id", "no", "unit_at"):
        values: dict[str, Value] = {"field": field, "value": "x"}
        assert faults(VISIT_AMENDMENT, values, RULES, creating=False) == [Fault("field", "not_a_choice")]
    assert faults(VISIT_AMENDMENT, {"value": "x"}, RULES, creating=False) == [Fault("field", "not_a_choice")]


TEXTS = [(e, f) for e in ENTITIES for f in e.wire_fields if f.kind in (Kind.TEXT, Kind.CODES)]


@given(
    st.sampled_from(TEXTS),
    st.sampled_from(
        [NUMBER, "440524188001010014", "1101 0519 4912 3100 2x", "１１０１０５１９４９１２３１００２Ｘ"]
    ),
    st.text(alphabet="好的3-", max_size=3),
)
def test_no_text_of_any_entity_keeps_an_identity_number(
    where: tuple[Entity, Field], number: str, before: str
) -> None:
    entity, field = where
    found = faults(entity, {field.name: f"{before} {number}"}, RULES, creating=False, by_event=True)
    assert found
    assert found[0].field == field.name
    if field.limit >= 30 and not field.choices:
        assert found[0].reason == "identity_number"


VALUES = st.none() | st.integers() | st.text(max_size=30) | st.binary(max_size=20)


@given(st.sampled_from(ENTITIES), st.data())
def test_no_value_makes_it_stumble(entity: Entity, data: st.DataObject) -> None:
    names = st.sampled_from([f.name for f in entity.fields]) | st.text(max_size=5)
    values = data.draw(st.dictionaries(names, VALUES, max_size=6))
    for fault in faults(entity, values, RULES, creating=data.draw(st.booleans())):
        assert fault.reason
