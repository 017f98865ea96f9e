"""Demands in a ledger and the orders of a hotline, from files that other programs wrote: a verdict for every row, no
number twice, nothing that names a person by number, and all of it taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridworker.imports.plan import Plan, plan_import
from gridworker.imports.sheets import read_book
from gridworker.services import demands
from gridworker.services.demands import DemandForm
from gridworker.services.import_undo import undo_import
from gridworker.services.imports import apply_import, known_before
from gridworker.store.queries.demand_detail import demand
from gridworker.store.store import Store
from tests.community import one
from tests.unit.imports.test_plan import planned, said

FILES = Path(__file__).parent / "files"
IDENTITY = "11010519491231002X"


def read(store: Store, kind: str = "xlsx") -> Plan:
    name = f"demands.{kind}"
    return plan_import(name, read_book(name, (FILES / name).read_bytes()), known_before(store))


def bring(store: Store, plan: Plan) -> None:
    apply_import(store, plan.groups, plan.batch, plan.counts, file="demands.xlsx")


def rows(store: Store, sql: str) -> list[tuple[object, ...]]:
    with store.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(sql)]


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_every_row_has_its_verdict(alone: Store, kind: str) -> None:
    plan = read(alone, kind)
    found = [(v.sheet, v.row, str(v.verdict), v.reason, v.column) for v in plan.verdicts]
    ledger, orders = "民情台账", "12345工单"
    assert found == [
        (ledger, 1, "skipped", "title", ""),
        (ledger, 2, "skipped", "header", ""),
        (ledger, 3, "new", "", ""),
        (ledger, 4, "skipped", "closed_already", ""),
        (ledger, 5, "new", "", ""),
        (ledger, 6, "duplicate?", "twice_in_file", ""),
        (ledger, 7, "refused", "report_elsewhere", "I"),
        (ledger, 8, "refused", "required", "C"),
        (ledger, 9, "refused", "identity_number", "G"),
        (ledger, 10, "refused", "in_future", "C"),
        (ledger, 11, "refused", "due_before", "M"),
        (ledger, 12, "skipped", "subtotal", ""),
        (orders, 1, "skipped", "header", ""),
        (orders, 2, "new", "", ""),
    ]
    notes = [v.notes for v in plan.verdicts if v.verdict == "new"]
    assert notes[0] == ("phone_masked",)
    assert set(notes[1]) == {"identity_masked", "place_in_words", "area_unknown", "category_other"}
    assert notes[2] == ("place_in_words",)
    assert plan.counts["demand"] == {"created": 3, "changed": 0}


def test_what_goes_in(alone: Store) -> None:
    before = one(alone, "SELECT count(*) FROM demand")
    bring(alone, read(alone))
    assert one(alone, "SELECT count(*) FROM demand") == int(str(before)) + 3
    kept = rows(
        alone,
        "SELECT outside_no, title, source, type, category, reported_at, due_at, reporter, reporter_name, "
        "reporter_phone, state FROM demand WHERE outside_no IS NOT NULL AND outside_no LIKE 'M-%' ORDER BY outside_no",
    )
    assert kept == [
        ("M-01", "电动车坡道太陡", "visit", "help", "parking", "2026-11-18 14:30", "2026-11-25 17:30", "outside",
         "王女士", None, "registered"),
        ("M-03", kept[1][1], "duty", "suggestion", "other", "2026-11-17 09:05", "2026-11-24 09:05", "outside", "赵四",
         "13800138004", "registered"),
    ]  # fmt: skip
    order = rows(alone, "SELECT source, due_at, content FROM demand WHERE outside_no = 'DH20261118001'")
    assert order == [("hotline_12345", "2026-11-23 14:30", "养老服务怎么申请（地点：滨河路22号）")]
    everything = str(rows(alone, "SELECT title, content FROM demand")) + str(
        rows(alone, "SELECT note FROM demand_event")
    )
    assert IDENTITY not in everything
    (first,) = rows(alone, "SELECT id FROM demand WHERE outside_no = 'M-01'")
    assert [(e.event, e.note) for e in demand(alone, bytes(first[0])).log] == [  # type: ignore[call-overload]
        ("register", ""),
        ("note", "已联系物业"),
    ]


def test_the_same_file_again_registers_nothing(alone: Store) -> None:
    bring(alone, read(alone))
    again = read(alone)
    assert again.groups == ()
    assert [v.reason for v in again.verdicts if v.verdict == "duplicate?"] == ["known_demand"] * 4
    head = "登记时间|小区楼栋|诉求内容|反映人"
    unnumbered = (head, "2026-11-18|学府院1栋1单元|灯坏了|孙七", "2026-11-18|学府院1栋1单元|灯坏了|孙七")
    plan = planned(known_before(alone), *unnumbered)
    assert said(plan) == [("new", ""), ("duplicate?", "known_demand")]
    apply_import(alone, plan.groups, plan.batch, plan.counts)
    assert said(planned(known_before(alone), *unnumbered)) == [("duplicate?", "known_demand")] * 2


def test_own_numbers_are_known_again(alone: Store) -> None:
    root = one(alone, "SELECT id FROM area_unit WHERE parent_id IS NULL")
    assert isinstance(root, bytes)
    no = demands.register(alone, DemandForm(("area_unit_id", root), "灯坏了", "灯坏了", "repair")).no
    plan = planned(known_before(alone), "编号|登记时间|诉求内容", f"{no}|2026-11-18|灯坏了")
    assert said(plan) == [("duplicate?", "known_demand")]


def test_an_import_is_taken_back_but_for_what_somebody_works_on(alone: Store) -> None:
    plan = read(alone)
    bring(alone, plan)
    (taken,) = rows(alone, "SELECT id FROM demand WHERE outside_no = 'M-03'")
    demands.accept(alone, bytes(taken[0]))  # type: ignore[call-overload]
    undone = undo_import(alone, plan.batch, "撤销导入")
    assert (undone.removed, undone.kept) == (2, 1)
    states = rows(alone, "SELECT outside_no, state FROM demand WHERE outside_no LIKE 'M-%'")
    assert sorted(states) == [("M-01", "withdrawn"), ("M-03", "accepted")]


def test_a_door_with_its_resident(alone: Store) -> None:
    door = rows(
        alone,
        "SELECT e.name, b.code, u.code, h.room, r.name, h.id, r.id FROM resident r JOIN household h "
        "ON h.id = r.household_id JOIN unit u ON u.id = h.unit_id JOIN building b ON b.id = u.building_id "
        "JOIN estate e ON e.id = b.estate_id WHERE r.deleted = 0 ORDER BY r.rid LIMIT 1",
    )[0]
    estate, building, unit, room, name, home, person = door
    head = "登记时间|小区|楼栋|单元|房号|反映人|联系电话|诉求内容"
    line = f"2026-11-18|{estate}|{str(building)[-1]}|{str(unit)[-1]}|{room}|{name}|13800138009|灯坏了"
    plan = planned(known_before(alone), head, line)
    assert said(plan) == [("new", "")]
    apply_import(alone, plan.groups, plan.batch, plan.counts)
    (kept,) = rows(
        alone,
        "SELECT household_id, reporter, reporter_resident_id, reporter_name, reporter_phone FROM demand "
        "ORDER BY rid DESC LIMIT 1",
    )
    assert kept == (home, "resident", person, None, None)
