"""P7: saving one visit in a large encrypted file, beside the same rows by bare SQLCipher statements in one FULL
transaction on an identical file."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import Any

from benchmarks import bare, prepared
from benchmarks.rounds import Reading, median, percentile
from benchmarks.setting import Setting
from benchmarks.table import Limit, Line, Table
from gridworker.models.days import Clock
from gridworker.models.registry import BY_NAME
from gridworker.practice.clock import practice_clock
from gridworker.services.visits import Logged, VisitForm, log_visit
from gridworker.store import keys
from gridworker.store.search import tokens
from gridworker.store.store import DATABASE_FILE, Store

OURS, FLOOR = "save a visit", "FLOOR: the same rows, bare"
_SAVES = 100
_SAID = "家里老人身体稳定，提醒注意用电安全，下周再来看看"
#: What a save writes besides the search entry. The figures and the counter are replaced, the rest is new.
_NEW = ("visit", "visit_visitor", "outbox", "audit", "audit_payload", "history")
_REPLACED = ("counter", "household_stat", "day_stat")
Rows = list[tuple[str, Sequence[Any]]]


class _Product:
    """The product's side: one open profile."""

    def __init__(self, store: Store, seed: int) -> None:
        self.store = store
        with store.read() as connection:
            found = connection.exec_driver_sql(
                "SELECT id FROM household WHERE deleted = 0 AND occupancy <> 'vacant' ORDER BY rid"
            )
            self._homes = [row[0] for row in found]
            self.visits = int(connection.exec_driver_sql("SELECT count(*) FROM visit").scalar() or 0)
            raw: Any = connection.connection.driver_connection
            self._columns = {table: bare.columns_of(raw, table) for table in (*_NEW, *_REPLACED)}
        self._chance = random.Random(seed)

    def save(self) -> tuple[Logged, VisitForm, float]:
        home = self._chance.choice(self._homes)
        form = VisitForm(home, self.store.clock.today(), "met", start_at="10:00", end_at="10:15", said=_SAID)
        begun = time.perf_counter()
        logged = log_visit(self.store, form)
        return logged, form, time.perf_counter() - begun

    def rows_of(self, logged: Logged, form: VisitForm) -> Rows:
        """Everything the save wrote, as statements with their values."""
        conditions = {
            "visit": ("id = ?", (logged.visit_id,)),
            "visit_visitor": ("visit_id = ?", (logged.visit_id,)),
            "outbox": ("txn = (SELECT txn FROM outbox WHERE record_id = ?)", (logged.visit_id,)),
            "history": ("txn = (SELECT txn FROM outbox WHERE record_id = ?)", (logged.visit_id,)),
            "audit": ("n = (SELECT max(n) FROM audit)", ()),
            "audit_payload": ("n = (SELECT max(n) FROM audit)", ()),
            "counter": ("series = ?", (logged.no.rpartition("-")[0],)),
            "household_stat": ("household_id = ?", (form.household_id,)),
            "day_stat": (
                "day = ? AND micro_grid_id = (SELECT unit_at FROM visit WHERE id = ?)",
                (form.visited_on, logged.visit_id),
            ),
        }
        found: Rows = []
        with self.store.read() as connection:
            for table, (condition, values) in conditions.items():
                columns = self._columns[table]
                sql = bare.insert(table, columns, replacing=table in _REPLACED)
                rows = connection.exec_driver_sql(
                    f"SELECT {', '.join(columns)} FROM {table} WHERE {condition}", values
                )
                found += [(sql, tuple(row)) for row in rows]
            names = ", ".join(BY_NAME["visit"].search)
            rid, *texts = connection.exec_driver_sql(
                f"SELECT rid, {names} FROM visit WHERE id = ?", (logged.visit_id,)
            ).one()
        body = tokens(" ".join(str(text) for text in texts if text))
        return [*found, ("INSERT INTO find_visit (rowid, body) VALUES (?, ?)", (rid, body))]

    def statements(self) -> int:
        """How many statements one save sends, counted by the driver."""
        seen: list[str] = []
        with self.store.read() as connection:
            raw: Any = connection.connection.driver_connection
            raw.set_trace_callback(seen.append)
        self.save()
        with self.store.read() as connection:
            again: Any = connection.connection.driver_connection
            again.set_trace_callback(None)
        # Lines beginning with -- are what the search table does inside; ROLLBACK ends the counting read itself.
        return sum(not line.startswith("--") and line != "ROLLBACK" for line in seen) - 1


def _write_bare(raw: Any, rows: Rows) -> float:
    begun = time.perf_counter()
    raw.execute("BEGIN IMMEDIATE")
    for sql, values in rows:
        raw.execute(sql, values)
    raw.execute("COMMIT")
    return time.perf_counter() - begun


def _round(product: _Product, raw: Any, saves: int) -> tuple[Reading, Reading]:
    """`saves` pairs, one of each in turn: both files stay alike, row for row."""
    ours: list[float] = []
    floor: list[float] = []
    for _ in range(saves):
        logged, form, seconds = product.save()
        ours.append(seconds)
        floor.append(_write_bare(raw, product.rows_of(logged, form)))
    return (
        Reading(median(ours), {"p95 ms": percentile(ours, 0.95) * 1000}),
        Reading(median(floor), {"p95 ms": percentile(floor, 0.95) * 1000}),
    )


def run(setting: Setting) -> list[Table]:
    source = prepared.profile_of_visits(setting, setting.size)
    ours, twin = setting.copy(source, "ours"), setting.copy(source, "floor")
    store = Store.open(ours, prepared.PASSPHRASE)
    store.use_clock(practice_clock(Clock()))
    raw = bare.opened(twin / DATABASE_FILE, keys.unwrap(twin, prepared.PASSPHRASE, Clock().now()))
    try:
        product = _Product(store, seed=7)
        saves = min(_SAVES, max(5, setting.size // 50))
        _round(product, raw, saves)  # warm
        pairs = [_round(product, raw, saves) for _ in range(setting.rounds)]
        statements = product.statements()
    finally:
        raw.close()
        store.close()
    lines = (
        Line(FLOOR, [floor for _, floor in pairs]),
        Line(OURS, [own for own, _ in pairs], FLOOR, Limit(5, text="5 × (moonshot 3 ×)")),
    )
    notes = (
        f"{product.visits:,} visits in the file; {saves} saves of each kind a round, in turn; medians of a save.",
        f"One save sends {statements} statements, BEGIN and COMMIT among them; synchronous = FULL in both rows.",
    )
    return [Table("P7", "save a visit, acknowledged when it is on the disk", lines, notes)]
