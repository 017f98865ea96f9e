"""Taking an import back: everything it brought is gone, and what somebody has gone on from stays."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridworker.errors import NotAllowed, NotFound
from gridworker.imports.plan import ENTITIES as ENTITIES_MADE
from gridworker.imports.plan import Plan, plan_import
from gridworker.imports.sheets import read_book
from gridworker.models.op import Draft, OpKind
from gridworker.models.registry import ENTITIES
from gridworker.services.import_undo import Undone, undo_import
from gridworker.services.imports import apply_import, past_imports
from gridworker.services.visits import log_visit
from gridworker.store.queries.ledger import ledger
from gridworker.store.store import Store
from tests.community import ACT, counts, form, one
from tests.unit.imports.test_plan import CONSENT, FILES, HEAD, HEADS, ROWS, planned

WHY = "撤销导入"


def brought(store: Store, *rows: str) -> Plan:
    plan = planned(ledger(store), HEAD, *rows)
    apply_import(store, plan.groups, plan.batch, plan.counts, file="台账.csv")
    return plan


def standing(store: Store) -> dict[str, object]:
    """Every standing record as pages and imports see it, without versions."""
    found: dict[str, object] = {}
    with store.read() as connection:
        for entity in ENTITIES:
            names = ", ".join(f.name for f in entity.wire_fields)
            rows = connection.exec_driver_sql(
                f"SELECT id, {names} FROM {entity.name} WHERE deleted = 0 ORDER BY id"
            ).fetchall()
            found[entity.name] = [tuple(value or None for value in row) for row in rows]
    return found


def undone(store: Store, plan: Plan) -> tuple[int, int, int]:
    found: Undone = undo_import(store, plan.batch, WHY)
    return found.removed, found.restored, found.kept


@pytest.mark.parametrize(
    "name", ["ledger.xlsx", "forms.xls", "numbers-gb18030.csv", "shops.ods", "mixed.xls"]
)
def test_after_undoing_everything_is_as_it_was(name: str, alone: Store) -> None:
    before = standing(alone)
    plan = plan_import(name, read_book(name, (FILES / name).read_bytes()), ledger(alone), CONSENT)
    apply_import(alone, plan.groups, plan.batch, plan.counts, file=name)
    assert standing(alone) != before
    removed, restored, kept = undone(alone, plan)
    assert (removed, restored, kept) == (sum(len(group) for group in plan.groups), 0, 0)
    assert standing(alone) == before
    assert one(alone, "SELECT count(*) FROM audit WHERE act = 'import_undone'") == 1


def test_what_was_changed_is_set_back(alone: Store) -> None:
    brought(alone, "H1|1-1-901|王一|户主|13800138001|自住|有狗")
    before = standing(alone)
    plan = brought(alone, "|1-1-901|王一||13900139001|租住|", "|1-1-901|王二|配偶|||晚上在家")
    assert undone(alone, plan)[1] == 2
    assert standing(alone)["household"] == before["household"]
    assert standing(alone)["resident"] == before["resident"]


def test_a_household_that_was_used_since_stays_with_everything(alone: Store) -> None:
    plan = brought(alone, "H1|1-1-901|王一|户主|13800138001||", "H2|1-2-902|赵一|户主|||")
    home = one(alone, "SELECT id FROM household WHERE code = 'H1'")
    assert isinstance(home, bytes)
    log_visit(alone, form(home))
    assert undone(alone, plan) == (2, 0, 3)
    assert one(alone, "SELECT count(*) FROM resident WHERE name = '王一' AND deleted = 0") == 1
    assert one(alone, "SELECT deleted FROM household WHERE code = 'H2'") == 1


def test_what_somebody_changed_since_is_not_taken_from_them(alone: Store) -> None:
    brought(alone, "H1|1-1-901|王一|户主||自住|")
    plan = brought(alone, "H1|1-1-901|王一||13900139001|租住|", "H2|1-2-902|赵一|户主|||")
    home = one(alone, "SELECT id FROM household WHERE code = 'H1'")
    fresh = one(alone, "SELECT id FROM resident WHERE name = '赵一'")
    assert isinstance(home, bytes) and isinstance(fresh, bytes)
    alone.save([Draft("household", home, OpKind.SET, {"occupancy": "lodging"}, {"occupancy": "rented"})], ACT)
    alone.save([Draft("resident", fresh, OpKind.SET, {"name": "赵壹"}, {"name": "赵一"})], ACT)
    removed, restored, kept = undone(alone, plan)
    assert (removed, restored, kept) == (1, 1, 3)
    assert one(alone, "SELECT occupancy FROM household WHERE code = 'H1'") == "lodging"
    assert one(alone, "SELECT count(*) FROM resident WHERE name = '赵壹' AND deleted = 0") == 1
    assert one(alone, "SELECT phone FROM resident WHERE name = '王一'") is None


def test_do_not_visit_is_lifted_with_a_reason(alone: Store) -> None:
    brought(alone, "H1|1-1-901|王一|户主|||")
    plan = planned(ledger(alone), "户编号|地址|姓名|勿访", "H1||王一|是")
    apply_import(alone, plan.groups, plan.batch, plan.counts)
    assert one(alone, "SELECT visit_opt_out FROM household WHERE code = 'H1'") == 1
    assert undone(alone, plan) == (0, 1, 0)
    assert not one(alone, "SELECT visit_opt_out FROM household WHERE code = 'H1'")
    assert one(alone, "SELECT opt_out_reason FROM household WHERE code = 'H1'") == WHY


def test_an_import_is_listed_and_undone_once(alone: Store) -> None:
    plan = brought(alone, "H1|1-1-901|王一|户主|||")
    listed = past_imports(alone)
    assert [(p.batch, p.file, p.created, p.undone) for p in listed] == [(plan.batch, "台账.csv", 2, False)]
    undone(alone, plan)
    assert past_imports(alone)[0].undone
    with pytest.raises(NotFound):
        undo_import(alone, plan.batch, WHY)
    with pytest.raises(NotFound):
        undo_import(alone, "nothing", WHY)
    again = planned(ledger(alone), HEAD, "H1|1-1-901|王一|户主|||")
    assert [str(v.verdict) for v in again.verdicts] == ["skipped", "new"]


def test_who_may_not_import_may_not_undo(alone: Store) -> None:
    plan = brought(alone, "H1|1-1-901|王一|户主|||")
    with alone.database.write() as connection:
        connection.exec_driver_sql("UPDATE appointment SET role_code = 'micro_grid_leader'")
    alone.forget_cached()
    with pytest.raises(NotAllowed):
        undo_import(alone, plan.batch, WHY)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables=st.lists(st.tuples(st.sampled_from(HEADS[:3]), ROWS), min_size=1, max_size=3))
def test_whatever_was_imported_can_be_taken_back(
    alone: Store, tables: list[tuple[str, list[list[str]]]]
) -> None:
    """One import after the other, taken back in the opposite order: every step leaves what was there before it."""
    done: list[tuple[Plan, dict[str, object]]] = []
    for head, rows in tables:
        before, numbers = standing(alone), counts(alone)
        plan = planned(ledger(alone), head, *("|".join(row) for row in rows))
        if plan.groups:
            apply_import(alone, plan.groups, plan.batch, plan.counts)
            after = counts(alone)
            for entity in ENTITIES_MADE:
                assert after[entity] - numbers[entity] == plan.counts[entity]["created"]
            done.append((plan, before))
    for plan, before in reversed(done):
        assert undone(alone, plan)[2] == 0
        assert _without_reasons(standing(alone)) == _without_reasons(before)


def _without_reasons(found: dict[str, object]) -> dict[str, object]:
    """All but households: a "do not visit" that was lifted keeps why."""
    return {name: rows for name, rows in found.items() if name != "household"}


class Enough(Exception):
    """What a watcher raises who wants no more of it."""


@pytest.mark.parametrize("most", [0, 1, 2])
def test_a_save_that_was_stopped_changed_nothing(alone: Store, most: int) -> None:
    rows = [f"|1-1-{floor:02d}9|演示{floor}|户主|||" for floor in range(10, 90)]
    plan = planned(ledger(alone), HEAD, *rows)
    before, asked = counts(alone), []

    def watch(done: int, total: int) -> None:
        asked.append((done, total))
        if len(asked) > most:
            raise Enough

    with pytest.raises(Enough):
        apply_import(alone, plan.groups, plan.batch, plan.counts, watch=watch)
    assert counts(alone) == before
    assert past_imports(alone) == ()
    assert all(done <= total for done, total in asked)
    apply_import(alone, plan.groups, plan.batch, plan.counts)
    with pytest.raises(Enough):
        undo_import(alone, plan.batch, WHY, watch=watch)
    assert past_imports(alone)[0].undone is False


def test_what_was_erased_meanwhile_does_not_stand_in_the_way(alone: Store) -> None:
    """The ops of an erased record keep their place, without any content."""
    plan = brought(alone, "H1|1-1-901|王一|户主|13800138001||", "|1-1-901|王二|配偶|||")
    person = one(alone, "SELECT max(record_id) FROM outbox WHERE entity = 'resident'")
    with alone.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM resident WHERE id = ?", (person,))
        connection.exec_driver_sql("UPDATE outbox SET payload = x'' WHERE record_id = ?", (person,))
    assert undo_import(alone, plan.batch, WHY).removed > 0
