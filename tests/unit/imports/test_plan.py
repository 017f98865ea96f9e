"""What a row does beside what is known, and that verdicts are total and counts true."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridworker.errors import ImportRefused, NotAllowed
from gridworker.imports.account import plan_as_values
from gridworker.imports.choices import SheetChoice
from gridworker.imports.plan import Ground, Plan, plan_import
from gridworker.imports.sheets import Book, Sheet, SheetRow, read_book
from gridworker.models.ledger import Ledger
from gridworker.services.imports import apply_import
from gridworker.store.queries.ledger import ledger
from gridworker.store.store import Store
from tests.community import copied, counts, one, open_store

FILES = Path(__file__).parent / "files"
CONSENT = Ground("consent", "2026-01")


def book(*rows: str) -> Book:
    """A text table; `|` parts the cells."""
    text = io.StringIO()
    csv.writer(text).writerows([row.split("|") for row in rows])
    return read_book("t.csv", text.getvalue().encode())


def planned(known: Ledger, *rows: str, ground: Ground | None = CONSENT) -> Plan:
    return plan_import("t.csv", book(*rows), known, ground)


def said(plan: Plan) -> list[tuple[str, str]]:
    return [(str(v.verdict), v.reason) for v in plan.verdicts[1:]]


def apply(store: Store, *rows: str, ground: Ground | None = CONSENT) -> Plan:
    plan = planned(ledger(store), *rows, ground=ground)
    apply_import(store, plan.groups, plan.batch, plan.counts)
    return plan


HEAD = "户编号|地址|姓名|关系|电话|居住类型|备注"


def test_the_second_time_nothing_changes_and_blanks_erase_nothing(alone: Store) -> None:
    apply(alone, HEAD, "H1|1-1-901|王一|户主|13800138001|自住|有狗", "|1-1-901|王二|配偶|13800138002||")
    again = planned(ledger(alone), HEAD, "|1-1-901|王一|||||", "|1-1-901|王二|配偶|13800138002||")
    assert said(again) == [("unchanged", ""), ("unchanged", "")]
    assert again.groups == ()
    changed = apply(alone, HEAD, "|1-1-901|王一||13900139001|租住|")
    assert said(changed) == [("update", "")]
    assert changed.counts["household"] == {"created": 0, "changed": 1}
    assert changed.counts["resident"] == {"created": 0, "changed": 1}
    assert one(alone, "SELECT note FROM household WHERE code = 'H1'") == "有狗"
    assert one(alone, "SELECT phone FROM resident WHERE name = '王一'") == "13900139001"
    contact = (
        "SELECT r.name FROM household h JOIN resident r ON r.id = h.contact_resident_id WHERE h.code = 'H1'"
    )
    assert one(alone, contact) == "王一"


def test_a_code_at_another_door_is_flagged_and_makes_no_second_household(alone: Store) -> None:
    apply(alone, HEAD, "H1|1-1-901|王一|户主|||")
    plan = planned(
        ledger(alone), HEAD, "H1|1-2-902|王一|户主|||", "H1||李一|户主|||", "H9|1-1-901|王一|户主|||"
    )
    assert said(plan) == [("refused", "code_moved"), ("new", ""), ("unchanged", "")]
    assert plan.verdicts[1].column == "A"
    assert plan.verdicts[3].notes == ("code_kept",)
    twice = planned(
        ledger(alone), HEAD, "H2|1-2-902|甲|户主|||", "H2|1-2-903|乙|户主|||", "H3|1-2-902|丙|户主|||"
    )
    assert said(twice) == [("new", ""), ("refused", "code_twice"), ("refused", "code_twice")]
    assert twice.counts["household"]["created"] == 1


def test_doubles_are_said_and_left_out(alone: Store) -> None:
    apply(alone, HEAD, "|1-1-901|王一|户主|13800138001||")
    plan = planned(
        ledger(alone),
        HEAD,
        "|1-1-902|王一|户主|13800138001||",
        "|1-1-903|赵一|户主|||",
        "|1-1-903|赵一|户主|||",
        "|1-1-904|||||",
        "|1-1-904||||租住|",
    )
    assert said(plan) == [
        ("duplicate?", "same_person_elsewhere"),
        ("new", ""),
        ("duplicate?", "twice_in_file"),
        ("new", ""),
        ("duplicate?", "twice_in_file"),
    ]
    assert plan.counts["household"]["created"] == 2


def test_two_of_one_name_in_a_household_are_told_by_their_phones(alone: Store) -> None:
    first, second = "|1-1-901|王一|户主|13800138001||", "|1-1-901|王一|子|13800138002||"
    apply(alone, HEAD, first)
    known = ledger(alone)
    double = next(r for r in known.residents if r.values["name"] == "王一")
    more = type(double)(b"x" * 16, {**double.values, "phone": "13800138002"})
    both = Ledger(known.units, known.households, (*known.residents, more), known.today, known.practice)
    assert said(planned(both, HEAD, second, "|1-1-901|王一||||")) == [
        ("update", ""),
        ("duplicate?", "several_with_this_name"),
    ]


def test_without_a_basis_phones_stay_out_and_with_one_it_is_recorded_once(alone: Store) -> None:
    row = "|1-1-901|王一|户主|13800138001||"
    bare = planned(ledger(alone), HEAD, row, ground=None)
    assert bare.verdicts[1].notes == ("basis_missing",)
    assert bare.counts["basis"]["created"] == 0
    apply(alone, HEAD, row, "|1-1-901|王二|配偶|13800138002||")
    assert one(alone, "SELECT count(*) FROM basis WHERE channel = 'excel'") == 1
    later = planned(ledger(alone), HEAD, "|1-1-901|王一||13900139009||", ground=None)
    assert (later.verdicts[1].notes, said(later)) == ((), [("update", "")])


def test_what_two_rows_say_differently_stays_as_the_first_said_it(known: Ledger) -> None:
    plan = planned(
        known,
        HEAD,
        "|1-1-901|王一|户主||自住|",
        "|1-1-901|王二|配偶||租住|",
        "|1-1-902|赵一||||",
        "|1-1-902|赵二|||租住|",
    )
    assert plan.verdicts[2].notes == ("differs_within_file",)
    homes = [d.set["occupancy"] for group in plan.groups for d in group if d.entity == "household"]
    assert homes == ["owner", "rented"]  # what nobody knew yet may be said by a later row


def test_a_household_named_once_holds_the_rows_below(known: Ledger) -> None:
    plan = planned(
        known, "楼栋|单元|房号|姓名", "1栋|1单元|901|王一", "|||王二", "||902|王三", "小计|||", "|||王四"
    )
    assert said(plan) == [
        ("new", ""),
        ("new", ""),
        ("new", ""),
        ("skipped", "subtotal"),
        ("refused", "address_missing"),
    ]
    assert plan.verdicts[2].notes == ("carried_down",) and plan.verdicts[3].record == "1-1-902"


def test_a_door_is_not_taken_for_the_one_above_because_a_mark_equals_a_number(known: Ledger) -> None:
    rows = (
        SheetRow(1, ("楼栋", "单元", "房号", "姓名")),
        SheetRow(2, ("1栋", "1单元", 1.0, "王一")),
        SheetRow(3, ("1栋", "1单元", True, "王二")),
    )
    plan = plan_import("t.xlsx", Book("xlsx", (Sheet("住户", rows),)), known, CONSENT)
    assert [verdict.record for verdict in plan.verdicts[1:]] == ["1-1-1", "1-1-是"]


def test_an_owner_who_lives_elsewhere_is_not_a_resident(known: Ledger) -> None:
    plan = planned(
        known, "地址|业主姓名|居住类型|电话", "1-1-901|王一|租住|13800138001", "1-1-902|王二|自住|13800138002"
    )
    assert plan.verdicts[1].notes == ("owner_elsewhere",)
    assert plan.counts["resident"]["created"] == 1


def test_do_not_visit_is_only_ever_switched_on(alone: Store) -> None:
    head = "地址|勿访|方便时间|电话"
    plan = apply(alone, head, "1-1-901|是|周末|13800138001", "1-1-902|否|晚上|")
    assert plan.verdicts[1].notes == ("phone_without_person",)
    assert one(alone, "SELECT visit_opt_out_on FROM household WHERE code = 'XF-1-1-901'") == "2026-11-20"
    assert said(planned(ledger(alone), head, "1-1-901|否||", "1-1-902|是||")) == [
        ("unchanged", ""),
        ("update", ""),
    ]


def test_values_that_may_not_be_kept_refuse_the_row(known: Ledger) -> None:
    plan = planned(
        known,
        HEAD + "|人数",
        f"|1-1-901|王一||||{'长' * 201}|",
        "|1-1-902|王二||||  |400",
        "|1-1-903|王三|||紫色||",
        "|1-1-904|#REF!|||||",
    )
    assert [(v.reason, v.column) for v in plan.verdicts[1:]] == [
        ("too_long", "G"),
        ("out_of_range", "H"),
        ("not_a_choice", "F"),
        ("formula_error", "C"),
    ]
    assert plan.groups == ()


def test_a_header_printed_on_every_page_is_skipped(known: Ledger) -> None:
    plan = planned(known, HEAD, "|1-1-901|王一||||", HEAD, "|1-1-902|王二||||")
    assert said(plan) == [("new", ""), ("skipped", "header"), ("new", "")]


def test_a_corrected_mapping_is_obeyed_but_opens_no_refused_column(known: Ledger) -> None:
    table = book("门牌|姓名|身份证号|手机", "1-1-901|王一|11010519491231002X|13800138001")
    plan = plan_import(
        "t.csv", table, known, CONSENT, {"t": SheetChoice({"A": "address", "C": "note", "D": None})}
    )
    assert [(c.field, c.why) for c in plan.layouts[0].columns] == [
        ("address", ""),
        ("name", ""),
        ("", "identity_number"),
        ("", "left_out"),
    ]
    assert said(plan) == [("new", "")]


SHOP_HEAD = "商户编号|商户名称|地址|负责人|电话|经营状态"


def test_a_shop_is_known_again_by_its_code_or_its_name_and_stairwell(alone: Store) -> None:
    apply(alone, SHOP_HEAD, "S1|面馆|1-1-101|郑一|13800138001|营业", "|花店|1-2-101|郑二||")
    plan = planned(
        ledger(alone),
        SHOP_HEAD,
        "S1|面馆|||13900139001|停业",
        "|花店|1-2-101|||",
        "S1|面馆|1-3-101|||",
        "|花店|1-3-101|||",
        "|书店|临街|||",
        "|面馆|1栋|||",
    )
    assert said(plan) == [
        ("update", ""),
        ("unchanged", ""),
        ("refused", "code_moved"),
        ("new", ""),
        ("refused", "shop_needs_stairwell"),
        ("duplicate?", "twice_in_file"),
    ]
    assert plan.verdicts[3].column == "A"
    apply(alone, SHOP_HEAD, "S1|面馆|||13900139001|停业")
    assert one(alone, "SELECT phone FROM shop WHERE code = 'S1'") == "13900139001"
    assert one(alone, "SELECT status FROM shop WHERE code = 'S1'") == "closed"
    assert one(alone, "SELECT contact_person FROM shop WHERE code = 'S1'") == "郑一"


def test_a_shops_phone_needs_a_ground_too(alone: Store) -> None:
    bare = planned(ledger(alone), SHOP_HEAD, "|面馆|1-1-101|郑一|13800138001|", ground=None)
    assert bare.verdicts[1].notes == ("basis_missing",)
    apply(alone, SHOP_HEAD, "|面馆|1-1-101|郑一|13800138001|")
    assert one(alone, "SELECT basis_kind || basis_on FROM shop WHERE name = '面馆'") == "consent2026-11-20"
    later = planned(ledger(alone), SHOP_HEAD, "|面馆|1-1-101||13900139009|", ground=None)
    assert said(later) == [("update", "")]


def test_outside_the_area_and_without_the_right_nothing_goes_in(
    alone: Store, template: Path, tmp_path: Path
) -> None:
    known = ledger(alone)
    closed = tuple(type(u)(u.id, u.code, u.estate, u.building, u.unit, False) for u in known.units)
    shut = Ledger(closed, known.households, known.residents, known.today, known.practice)
    assert said(planned(shut, HEAD, "|1-1-901|王一||||")) == [("refused", "not_allowed")]
    plan = planned(known, HEAD, "|1-1-901|王一||||")
    with alone.database.write() as connection:
        connection.exec_driver_sql("UPDATE appointment SET role_code = 'micro_grid_leader'")
    alone.forget_cached()
    assert not any(unit.allowed for unit in ledger(alone).units)
    before = counts(alone)
    with pytest.raises(NotAllowed):
        apply_import(alone, plan.groups, plan.batch, plan.counts)
    assert counts(alone) == before


def test_every_household_may_be_judged_by_itself_later(alone: Store) -> None:
    apply(alone, HEAD, "|1-1-901|王一|户主|13800138001||", "|1-1-901|王二|配偶|||", "|1-1-902|王三|户主|||")
    assert one(alone, "SELECT count(DISTINCT txn) FROM outbox") == 2
    assert one(alone, "SELECT count(*) FROM audit WHERE act = 'ledger_imported'") == 1


@pytest.mark.parametrize(
    "name",
    sorted(
        p.name
        for p in FILES.iterdir()
        if p.name.startswith(("ledger", "forms", "numbers", "shops", "mixed", "three", "text-", "title"))
    ),
)
def test_counts_are_the_difference_in_the_database(name: str, template: Path, tmp_path: Path) -> None:
    store = open_store(copied(template, tmp_path / "store"))
    before = counts(store)
    plan = plan_import(name, read_book(name, (FILES / name).read_bytes()), ledger(store), CONSENT)
    apply_import(store, plan.groups, plan.batch, plan.counts)
    after = counts(store)
    store.close()
    made = {e: after[e] - before[e] for e in ("household", "resident", "basis", "shop")}
    assert made == {e: plan.counts[e]["created"] for e in made}
    assert sum(plan.counts["rows"].values()) == len(plan.verdicts)
    assert plan_as_values(plan)["counts"] == plan.counts


CELLS = st.sampled_from(
    [
        "",
        "",
        "",
        " ",
        "　",
        "1-1-901",
        "1栋1单元902",
        "9-9-9",
        "王一",
        "李二",
        "户主",
        "配偶",
        "13800138001",
        "H1",
        "H2",
        "面馆",
        "1栋2单元门面",
        "停业",
        "自住",
        "合计",
        "示例",
        "备注：x",
        "说明",
        "姓名",
        "地址",
        "11010519491231002X",
        "2026.3.5",
        "#REF!",
        "0",
        "\u200b",
        "是",
    ]
)
HEADS = (HEAD, SHOP_HEAD, "商户名称|地址|姓名|关系|电话|居住类型|备注", "")
ROWS = st.lists(st.lists(CELLS, min_size=7, max_size=8), max_size=14)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, head=st.sampled_from(HEADS), ground=st.booleans())
def test_every_row_gets_exactly_one_verdict(
    known: Ledger, rows: list[list[str]], head: str, ground: bool
) -> None:
    table = [head.split("|"), *rows] if head else rows
    text = io.StringIO()
    csv.writer(text).writerows(table)
    try:
        read = read_book("t.csv", text.getvalue().encode())
        plan = plan_import("t.csv", read, known, CONSENT if ground else None)
    except ImportRefused:
        return
    full = [place for place, row in enumerate(table, 1) if any(cell for cell in row)]
    assert [v.row for v in plan.verdicts] == full
    assert all(v.reason for v in plan.verdicts if v.verdict in ("refused", "skipped", "duplicate?"))
    assert "11010519491231002X" not in repr(plan)


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        ("1栋|1单元|901||王一", ("new", "")),
        ("|||1-1-901|王一", ("new", "")),
        ("||901|1栋1单元|王一", ("new", "")),
        ("||901|1-1-901|王一", ("new", "")),
        ("|1单元|901|学府院1栋|王一", ("new", "")),
        ("||901|哪里|王一", ("refused", "address_unreadable")),
        ("||||王一", ("refused", "address_missing")),
    ],
)
def test_an_address_in_one_column_or_several(known: Ledger, row: str, verdict: tuple[str, str]) -> None:
    assert said(planned(known, "楼栋|单元|房号|地址|姓名", row)) == [verdict]


def test_a_header_of_two_rows_without_merged_cells(known: Ledger) -> None:
    plan = planned(
        known,
        "台账|||",
        "地址|姓名||",
        "||电话|备注",
        "1-1-901|王一|13800138001|",
        "共一户，以上情况属实，请核对后签字确认|||",
    )
    assert [(str(v.verdict), v.reason) for v in plan.verdicts] == [
        ("skipped", "title"),
        ("skipped", "header"),
        ("skipped", "header"),
        ("new", ""),
        ("refused", "address_unreadable"),
    ]


def test_a_gap_between_the_sheets_own_rows_keeps_their_numbers(known: Ledger) -> None:
    plan = planned(known, "", "地址|姓名", "", "1-1-901|王一", "", "")
    assert [v.row for v in plan.verdicts] == [2, 4]
