"""P17, the import half: the verdicts of a ledger's rows beside the bare reader on the same file; and applying it beside
the bare insert of the rows that it makes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from benchmarks import bare, prepared
from benchmarks.rounds import Reading, interleaved, timed
from benchmarks.setting import Setting
from benchmarks.table import Limit, Line, Table
from gridworker.imports.plan import Ground, Plan, plan_import
from gridworker.imports.sheets import read_book
from gridworker.models.days import Clock
from gridworker.models.ledger import Ledger
from gridworker.practice.clock import practice_clock
from gridworker.practice.size import Size
from gridworker.services.imports import apply_import
from gridworker.store import keys
from gridworker.store.queries.ledger import ledger
from gridworker.store.store import DATABASE_FILE, Store

READER, PREVIEW = "FLOOR: the bare reader", "preview: read and judge every row"
BARE, APPLY = "FLOOR: its rows, bare", "apply, on the disk"
#: The rows that the bar speaks of.
ROWS = 50_000
_EACH = 3
_HEAD = "序号 小区 楼栋 单元 房号 居住类型 姓名 与户主关系 性别 出生日期 联系电话 人口数 备注".split()
_RELATIONS = ("户主", "配偶", "长子")
#: Tables that an import fills, as far as they are rows of records.
_FILLED = ("household", "resident", "basis", "outbox", "household_stat")


def workbook(known: Ledger, rows: int) -> bytes:
    """A ledger of `rows` people, three to a household, in doors nobody lives in yet; written by XlsxWriter."""
    from xlsxwriter import Workbook

    target = io.BytesIO()
    book = Workbook(target, {"in_memory": True})
    page = book.add_worksheet("住户台账")
    page.merge_range(0, 0, 0, len(_HEAD) - 1, "居民信息登记表")
    page.write_row(1, 0, _HEAD)
    units = known.units
    for place in range(rows):
        home, person = divmod(place, _EACH)
        floor, unit = divmod(home, len(units))
        stairwell = units[unit]
        page.write_row(place + 2, 0, (
            place + 1, stairwell.estate, stairwell.building, stairwell.unit, f"{floor + 40}09", "自住",
            f"演示{home:05d}{'甲乙丙'[person]}", _RELATIONS[person], "男女"[person % 2], "1985.3.5",
            f"100-0000-{place % 10000:04d}", _EACH, "晚上在家" if place % 7 == 0 else "",
        ))  # fmt: skip
    book.close()
    return target.getvalue()


def _read_bare(content: bytes) -> int:
    from python_calamine import CalamineWorkbook

    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        return sum(len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names)


class _Import:
    """One ledger and the open profile it goes into."""

    def __init__(self, setting: Setting, rows: int) -> None:
        self._setting = setting
        size = Size.tiny() if rows < 2000 else Size()
        self._source = prepared.profile(setting, size)
        self.store = self._opened("preview")
        self.content = workbook(ledger(self.store), rows)

    def _opened(self, name: str) -> Store:
        store = Store.open(self._setting.copy(self._source, name), prepared.PASSPHRASE)
        store.use_clock(practice_clock(Clock()))
        return store

    def reader(self) -> Reading:
        return timed(lambda: _read_bare(self.content))

    def preview(self) -> Reading:
        return timed(self.plan)

    def plan(self) -> Plan:
        book = read_book("ledger.xlsx", self.content)
        return plan_import("ledger.xlsx", book, ledger(self.store), Ground("consent", "2026-01"))

    def apply(self) -> tuple[Reading, Reading]:
        """Applied to a copy of the profile, and the rows it made inserted bare into another copy."""
        store, plan = self._opened("apply"), self.plan()
        before = _marks(store)
        ours = timed(lambda: apply_import(store, plan.groups, plan.batch, plan.counts))
        rows = _rows_since(store, before)
        store.close()
        twin = self._setting.copy(self._source, "bare")
        raw = bare.opened(twin / DATABASE_FILE, keys.unwrap(twin, prepared.PASSPHRASE, Clock().now()))

        def work() -> None:
            raw.execute("BEGIN IMMEDIATE")
            for sql, values in rows:
                raw.executemany(sql, values)
            raw.execute("COMMIT")

        floor = timed(work)
        raw.close()
        return ours, floor


def _marks(store: Store) -> dict[str, int]:
    with store.read() as connection:
        return {
            table: int(
                connection.exec_driver_sql(f"SELECT coalesce(max(rowid), 0) FROM {table}").scalar() or 0
            )
            for table in _FILLED
        }


def _rows_since(store: Store, marks: dict[str, int]) -> list[tuple[str, Sequence[Sequence[Any]]]]:
    found = []
    with store.read() as connection:
        raw: Any = connection.connection.driver_connection
        for table, mark in marks.items():
            columns = bare.columns_of(raw, table)
            rows = raw.execute(
                f"SELECT {', '.join(columns)} FROM {table} WHERE rowid > ?", (mark,)
            ).fetchall()
            found.append((bare.insert(table, columns), rows))
    return found


def run(setting: Setting) -> list[Table]:
    case = _Import(setting, min(ROWS, setting.size))
    rows = interleaved({READER: case.reader, PREVIEW: case.preview}, setting.rounds)
    applied = [case.apply() for _ in range(setting.rounds)]
    plan = case.plan()
    case.store.close()
    counted = (
        f"{len(plan.verdicts):,} rows, {plan.counts['rows']['new']:,} new; the reader is python-calamine."
    )
    return [
        Table(
            "P17 import",
            "the preview of a ledger",
            (Line(READER, rows[READER]), Line(PREVIEW, rows[PREVIEW], READER, Limit(5))),
            (counted,),
        ),
        Table(
            "P17 apply",
            "the same ledger applied in one transaction",
            (
                Line(BARE, [floor for _, floor in applied]),
                Line(APPLY, [ours for ours, _ in applied], BARE, Limit(5, text="5 × (as founding)")),
            ),
            ("The floor writes rows, outbox and figures only: no search, no audit, nothing is judged.",),
        ),
    ]
