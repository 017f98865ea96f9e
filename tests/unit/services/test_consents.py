"""Consents and service needs: what they allow, what ends with them."""

from __future__ import annotations

import pytest

from gridworker.errors import FieldInvalid, NotAllowed
from gridworker.models.op import Value
from gridworker.services.acts import everything
from gridworker.services.consents import (
    ConsentForm,
    NeedForm,
    add_need,
    end_need,
    record_consent,
    withdraw_consent,
)
from gridworker.services.residents import (
    Ground,
    add_resident,
    edit_resident,
    move_out,
    remove_resident,
    set_contact,
)
from gridworker.store.ending import start_day
from gridworker.store.queries.care import households_with_needs
from gridworker.store.queries.find import find
from gridworker.store.queries.households import household_detail
from gridworker.store.queries.tree import default_scope
from gridworker.store.store import Store
from tests.community import COMMUNITY, household_of, one, take_back

SEPARATE = ConsentForm(("service_need",), separate=True)
GROUND = Ground("consent", "2026-01", "paper")


def as_steward(store: Store, household: bytes) -> None:
    """Let the account of this store serve the household's micro-grid."""
    micro = one(
        store,
        "SELECT micro_grid_id FROM coverage WHERE unit_id = (SELECT unit_id FROM household WHERE id = ?)",
        household,
    )
    with store.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM service_need")  # the practice community has some of its own
        connection.exec_driver_sql(
            "UPDATE appointment SET role_code = 'micro_grid_leader', area_unit_id = ? WHERE member_id = ?",
            (micro, COMMUNITY.secretary_id),
        )
    store.forget_cached()


def emptied(store: Store, person: bytes) -> tuple[Value, Value]:
    row = everything(store, "resident", person)
    return row["phone"], row["birth_year"]


def test_a_consent_is_a_ground_and_withdrawing_takes_it_away(alone: Store) -> None:
    home = household_of(alone)
    person = add_resident(alone, home, {"name": "演示甲"}).record
    with alone.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM basis WHERE household_id = ?", (home,))
    consent = record_consent(alone, person, ConsentForm(("contact",), ("phone", "birth_year"))).record
    edit_resident(
        alone, person, {"phone": None, "birth_year": None}, {"phone": "100-0000-0009", "birth_year": 1960}
    )
    again = record_consent(alone, person, ConsentForm(("contact",), ("phone",))).record
    done = withdraw_consent(alone, consent)
    assert emptied(alone, person) == ("100-0000-0009", None)  # the second consent still covers the phone
    assert not done.txns
    withdraw_consent(alone, again)
    assert emptied(alone, person) == (None, None)
    with pytest.raises(FieldInvalid):
        edit_resident(alone, person, {"phone": None}, {"phone": "100-0000-0009"})


def test_a_statutory_ground_keeps_the_phone(alone: Store) -> None:
    home = household_of(alone)
    person = add_resident(
        alone, home, {"name": "演示甲", "phone": "100-0000-0009"}, Ground("statutory", "v", "duty")
    ).record
    with alone.database.write() as connection:
        connection.exec_driver_sql("UPDATE basis SET kind = 'statutory' WHERE household_id = ?", (home,))
    withdraw_consent(alone, record_consent(alone, person, ConsentForm(("contact",), ("phone",))).record)
    assert emptied(alone, person)[0] == "100-0000-0009"


def test_a_child_needs_a_guardian_and_is_no_contact(alone: Store) -> None:
    home = household_of(alone)
    child: dict[str, Value] = {"name": "演示小", "birth_year": 2016}
    with pytest.raises(FieldInvalid) as refused:
        add_resident(alone, home, child, GROUND)
    assert refused.value.values["reason"] == "guardian_missing"
    adult = household_detail(alone, home).residents[0].id
    made = add_resident(alone, home, {**child, "guardian_resident_id": adult}, GROUND).record
    with pytest.raises(FieldInvalid):
        set_contact(alone, made)
    with pytest.raises(FieldInvalid) as refused:
        add_resident(alone, home, {**child, "guardian_resident_id": made}, GROUND)
    assert refused.value.values["reason"] == "guardian_is_child"
    kept = everything(alone, "consent", record_consent(alone, made, ConsentForm(("notice",))).record)
    assert kept["guardian_resident_id"] == adult


def test_needs_are_for_who_serves_them_and_stand_on_separate_consent(alone: Store) -> None:
    home = household_of(alone)
    person = household_detail(alone, home).residents[0].id
    form = NeedForm("door_help", "2026-12-31", note="qneednote")
    with pytest.raises(NotAllowed):  # a secretary is not told
        add_need(alone, person, form, SEPARATE)
    as_steward(alone, home)
    plain = record_consent(alone, person, ConsentForm(("service_need",))).record
    with pytest.raises(FieldInvalid) as refused:
        add_need(alone, person, form, plain)
    assert refused.value.values["reason"] == "separate_consent_missing"
    for day, reason in (("2028-01-01", "too_far"), ("2026-11-19", "in_past")):
        with pytest.raises(FieldInvalid) as refused:
            add_need(alone, person, NeedForm("meal", day), SEPARATE)
        assert refused.value.values["reason"] == reason
    need = add_need(alone, person, form, SEPARATE).record
    assert [n.id for n in household_detail(alone, home).care.needs] == [need]
    assert households_with_needs(alone, default_scope(alone)) == {home}
    while alone.index_some():
        pass
    assert not find(alone, "qneednote")
    done = end_need(alone, need)
    assert not households_with_needs(alone, default_scope(alone))
    take_back(alone, done)
    assert household_detail(alone, home).care.needs


def test_needs_end_with_their_time_their_consent_and_their_person(alone: Store) -> None:
    home = household_of(alone)
    as_steward(alone, home)
    people = [add_resident(alone, home, {"name": f"演示{n}"}).record for n in "甲乙丙丁"]
    days = ("2026-11-20", "2026-12-31", "2026-12-31", "2026-12-31")
    needs = [
        add_need(alone, p, NeedForm("meal", day), SEPARATE).record
        for p, day in zip(people, days, strict=True)
    ]
    consent = everything(alone, "service_need", needs[1])["consent_id"]
    assert isinstance(consent, bytes)
    withdraw_consent(alone, consent)
    move_out(alone, people[2], "2026-11-20")
    assert {n.id for n in household_detail(alone, home).care.needs} == {needs[0], needs[3]}
    assert start_day(alone) == 2
    assert one(alone, "SELECT count(*) FROM service_need") == 2
    assert (
        one(alone, "SELECT count(*) FROM history WHERE entity = 'service_need'") == 2
    )  # of those that stand
    with alone.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE service_need SET valid_until = '2026-11-19' WHERE id = ?", (needs[0],)
        )
    assert [n.id for n in household_detail(alone, home).care.needs] == [needs[3]]
    assert start_day(alone) == 0  # once a day
    done = remove_resident(alone, people[3])
    assert not household_detail(alone, home).care.needs
    take_back(alone, done)
    assert [n.id for n in household_detail(alone, home).care.needs] == [needs[3]]
