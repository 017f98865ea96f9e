"""Editing households and residents, the ground for personal fields, and "do not visit"."""

from __future__ import annotations

import pytest

from gridworker.errors import FieldInvalid, NotFound
from gridworker.models.op import Value
from gridworker.services.acts import present_values
from gridworker.services.founding import Founding, found_community
from gridworker.services.households import edit_household, opt_out
from gridworker.services.residents import edit_resident, plain_phone
from gridworker.store.store import Store
from tests.community import counts, household_of, one, record_basis


def resident_of(store: Store, household: bytes) -> bytes:
    found = one(store, "SELECT id FROM resident WHERE household_id = ?", household)
    assert isinstance(found, bytes)
    return found


def seen(store: Store, resident: bytes) -> dict[str, Value]:
    return present_values(store, "resident", resident, ("name", "phone", "birth_year"))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("138 1234 5678", "13812345678"), ("138-1234-5678", "13812345678"), ("+86 138 1234 5678", "13812345678"),
        ("008613812345678", "13812345678"), ("１３８１２３４５６７８", "13812345678"),
        ("(0571) 87654321", "057187654321"),
        ("0571-87654321", "0571-87654321"), ("100-0000-0042", "100-0000-0042"), ("", None), ("  ", None),
    ],
)  # fmt: skip
def test_phones_are_kept_in_one_form(typed: str, kept: str | None) -> None:
    assert plain_phone(typed) == kept


def test_only_what_changed_is_written(alone: Store) -> None:
    household = household_of(alone)
    was = present_values(alone, "household", household, ("note", "floor"))
    changes = edit_household(alone, household, was, {**was, "note": "新"})
    assert changes.changes.touched == {"household": frozenset({household})}
    payload = one(alone, "SELECT payload FROM outbox ORDER BY seq DESC LIMIT 1")
    assert isinstance(payload, bytes)
    assert b'"floor"' not in payload
    before = counts(alone)
    assert not edit_household(alone, household, {"note": "新"}, {"note": "新"}).changes
    assert counts(alone) == before


def test_a_phone_needs_a_recorded_ground(alone: Store) -> None:
    household = household_of(alone)
    resident = resident_of(alone, household)
    with alone.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM basis WHERE household_id = ?", (household,))
    was, before = seen(alone, resident), counts(alone)
    for field, value in (("phone", "13812345678"), ("birth_year", 1960)):
        with pytest.raises(FieldInvalid) as refused:
            edit_resident(alone, resident, was, {field: value})
        assert (refused.value.values["field"], refused.value.values["reason"]) == (field, "basis_missing")
    assert counts(alone) == before
    edit_resident(
        alone, resident, was, {"phone": None, "birth_year": was["birth_year"]}
    )  # taking away needs none
    record_basis(alone, household, ("phone",))
    edit_resident(alone, resident, seen(alone, resident), {"phone": "+86 138-1234-5678"})
    assert seen(alone, resident)["phone"] == "13812345678"
    with pytest.raises(FieldInvalid):
        edit_resident(alone, resident, seen(alone, resident), {"birth_year": 1961})


def test_the_ground_of_somebody_else_is_none(alone: Store) -> None:
    household = household_of(alone)
    resident = resident_of(alone, household)
    with alone.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE basis SET resident_id = zeroblob(16) WHERE household_id = ?", (household,)
        )
    with pytest.raises(FieldInvalid):
        edit_resident(alone, resident, seen(alone, resident), {"phone": "13812345678"})


def test_do_not_visit_and_back(alone: Store) -> None:
    household = household_of(alone)
    names = ("visit_opt_out", "visit_opt_out_on")
    opt_out(alone, household, on=True)
    assert present_values(alone, "household", household, names) == dict(
        zip(names, (1, "2026-11-20"), strict=True)
    )
    with pytest.raises(FieldInvalid) as refused:
        opt_out(alone, household, on=False)
    assert refused.value.values["field"] == "opt_out_reason"
    opt_out(alone, household, on=False, reason="想通了")
    assert present_values(alone, "household", household, names) == dict(zip(names, (0, None), strict=True))
    acts = "SELECT group_concat(act) FROM (SELECT act FROM audit ORDER BY n DESC LIMIT 2)"
    assert one(alone, acts) == "opt_out_lifted,opted_out"


@pytest.mark.parametrize("number", ["11010519491231002X", "４４０５２４１８８００１０１００１４"])
def test_no_field_takes_an_identity_number(alone: Store, number: str) -> None:
    household = household_of(alone)
    resident = resident_of(alone, household)
    before = counts(alone)
    for name in ("note", "code", "room"):
        with pytest.raises(FieldInvalid):
            edit_household(alone, household, {name: None}, {name: number})
    for name in ("name", "salutation", "phone"):
        with pytest.raises(FieldInvalid):
            edit_resident(alone, resident, {name: None}, {name: number})
    with pytest.raises(FieldInvalid):
        record_basis(alone, household, ("phone",), notice=number)
    assert counts(alone) == before


def test_a_record_that_is_not_there(alone: Store) -> None:
    with pytest.raises(NotFound):
        opt_out(alone, b"\x00" * 16, on=True)
    with pytest.raises(FieldInvalid):
        edit_household(alone, b"\x00" * 16, {}, {"note": "x"})
    with pytest.raises(KeyError):
        present_values(alone, "household", household_of(alone), ("note; DROP TABLE household",))


def test_a_real_community_is_founded_with_its_secretary() -> None:
    founded = found_community(Founding("某社区", "330106001001", "林", "shuji", "2026-11-20"))
    assert [d.entity for d in founded.drafts] == [
        "area_unit", "org_unit", "org_cover", "member", "appointment", "account",
    ]  # fmt: skip
    assert founded.drafts[0].record == founded.community_id
    assert founded.drafts[3].record == founded.member_id
    for code in ("", "33010600100", "3301060010011", "33010600100x", "３３０１０６００１００１"):
        with pytest.raises(FieldInvalid):
            found_community(Founding("某社区", code, "林", "shuji", "2026-11-20"))
    with pytest.raises(Exception, match="practice_mix"):
        found_community(Founding("某社区", "990101001001", "林", "shuji", "2026-11-20"))
