"""The board of 100,000 demands: what it asks, its first paint, a filter, and what waits at every node of the tree."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from benchmarks import bare, prepared
from benchmarks.rounds import Reading, interleaved, percentile
from benchmarks.setting import Setting
from benchmarks.table import MS, Limit, Line, Table
from gridworker.models.days import Clock
from gridworker.practice.clock import practice_clock
from gridworker.services.demands import DemandForm, register
from gridworker.store.demand_rows import DemandFilter
from gridworker.store.queries import demand_board, tree
from gridworker.store.queries.demands import counts_by_node, demands
from gridworker.store.store import Store
from gridworker.ui.pages.demands.source import DemandSource
from gridworker.wording import Wording

FLOOR = "bare statement: count of a table of (bucket, state, due), grouped"
PAINT, ASKED = "board, first paint: question and picture", "board, what it asks"
FILTERED, BESIDE, PAGE, NODES = (
    "board filtered by category",
    "the same while another thread asks (small cache)",
    "a page of the table",
    "figures of all nodes of the tree",
)
_TIMES = 15
#: Visits of half a year in one community of 111 nodes; the size of a run says how many demands there are.
_COMMUNITY = 4_580
_OPEN = ("registered", "accepted", "assigned", "in_progress", "handled", "replied")


def begin(store: Store) -> None:
    """A few demands where a community is too small to have any."""
    with store.database.read() as connection:
        known = connection.exec_driver_sql("SELECT count(*) FROM demand").scalar()
        homes = connection.exec_driver_sql("SELECT id FROM household WHERE deleted = 0 LIMIT 8").fetchall()
    for at, (home,) in enumerate(homes if not known else ()):
        category = ("parking", "repair")[at % 2]
        register(
            store, DemandForm(("household_id", home), "坡道太陡", "坡道太陡", category, reporter="anonymous")
        )


def grow(store: Store, wanted: int) -> None:
    """Put the demands of `store` in it again and again until there are `wanted`, two in three of them open, at the
    stairwells of the whole community. A preparation: nothing here is measured."""
    with store.database.write() as connection:
        raw: Any = connection.connection.driver_connection
        homes = raw.execute("SELECT id, bucket_id FROM household WHERE deleted = 0 ORDER BY id").fetchall()
        last, here = raw.execute("SELECT max(rid), count(*) FROM demand").fetchone()
        columns = [name for name in bare.columns_of(raw, "demand") if name != "rid"]
        raw.create_function("again", 2, _again, deterministic=True)
        raw.execute("CREATE TEMP TABLE homes (n INTEGER PRIMARY KEY, id BLOB, bucket_id BLOB)")
        raw.executemany("INSERT INTO homes VALUES (?, ?, ?)", [(n, *home) for n, home in enumerate(homes)])
        own = {
            "id": "again(d.id, :copy)",
            "no": "d.no || '-' || :copy",
            "household_id": "h.id",
            "bucket_id": "h.bucket_id",
            "state": "CASE WHEN (d.rid + :copy) % 3 THEN CASE (d.rid + :copy) % 6 "
            + " ".join(f"WHEN {n} THEN '{state}'" for n, state in enumerate(_OPEN))
            + " END ELSE d.state END",
            **dict.fromkeys(("shop_id", "public_spot_id", "unit_id", "area_unit_id", "routed_to_id"), "NULL"),
            **dict.fromkeys(("referral", "referred_to_id", "refer_kind", "refer_level"), "NULL"),
        }
        values = ", ".join(own.get(name, f"d.{name}") for name in columns)
        for copy in range(1, -(-wanted // here)):
            raw.execute(
                f"INSERT INTO demand ({', '.join(columns)}) SELECT {values} FROM demand d "
                "JOIN homes h ON h.n = (d.rid * 7919 + :copy * 104729) % :homes WHERE d.rid <= :last",
                {"copy": copy, "homes": len(homes), "last": last},
            )
        raw.execute("CREATE TABLE bare AS SELECT bucket_id, state, due_at FROM demand")
        raw.execute("CREATE INDEX bare_bucket ON bare (bucket_id, state, due_at)")


def _again(record_id: bytes, copy: int) -> bytes:
    return record_id[:13] + (int.from_bytes(record_id[13:]) ^ copy).to_bytes(3)


def _repeated(work: Callable[[], object]) -> Reading:
    """The median of several runs, as one reading."""
    times, own = [], []
    for _ in range(_TIMES):
        begun, worked = time.perf_counter(), time.process_time()
        work()
        times.append(time.perf_counter() - begun)
        own.append(time.process_time() - worked)
    return Reading(percentile(times, 0.5), {"own ms": percentile(own, 0.5) * 1000})


class _Board:
    """One open profile with its board, as large as on a small laptop."""

    def __init__(self, store: Store) -> None:
        from PySide6.QtGui import QPixmap

        from gridworker.settings import Settings
        from gridworker.ui.application import create_application
        from gridworker.ui.pages.demands.board import Board

        self._store, self._source = store, DemandSource(store)
        self._scope = tree.default_scope(store)
        self._application = create_application(["benchmarks"], Settings(appearance="light"))
        self._board = Board(self._application.theme, Wording.load("zh_CN"))
        self._board.resize(1090, 560)
        self._picture = QPixmap(self._board.size())
        self._filter = DemandFilter(categories=frozenset(("parking",)))
        self.nodes = len(tree.area_tree(store)) + len(tree.org_tree(store))

    def paint(self) -> None:
        shown = self._source.board(self._scope, DemandFilter())
        self._board.show_cells(shown.cells, shown.names, self._source.now())
        self._board.render(self._picture)

    def _bare(self, statement: str) -> None:
        with self._store.database.read() as connection:
            connection.exec_driver_sql(statement).fetchall()

    def beside(self) -> None:
        """A filter while another thread has the connection with the warm pages."""
        with self._store.database.read():
            demand_board.cells(self._store, self._scope, self._filter)

    def rows(self) -> dict[str, Callable[[], Reading]]:
        """What is measured, by the name of its line."""
        store, scope = self._store, self._scope
        floor = "SELECT bucket_id, state, count(*) FROM bare GROUP BY bucket_id, state"
        works: dict[str, Callable[[], object]] = {
            FLOOR: lambda: self._bare(floor),
            PAINT: self.paint,
            ASKED: lambda: demand_board.cells(store, scope),
            FILTERED: lambda: demand_board.cells(store, scope, self._filter),
            BESIDE: self.beside,
            PAGE: lambda: demands(store, scope, limit=60),
            NODES: lambda: counts_by_node(store),
        }
        return {name: lambda work=work: _repeated(work) for name, work in works.items()}  # type: ignore[misc]


def run(setting: Setting) -> list[Table]:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    folder = setting.copy(prepared.profile_of_visits(setting, min(setting.size, _COMMUNITY)), "demands")
    store = Store.open(folder, prepared.PASSPHRASE)
    store.use_clock(practice_clock(Clock()))
    try:
        begin(store)
        grow(store, setting.size)
        board = _Board(store)
        with store.database.read() as connection:
            total, standing = connection.exec_driver_sql(
                f"SELECT count(*), sum(state IN ({', '.join('?' * len(_OPEN))})) FROM demand", _OPEN
            ).one()
        found = interleaved(board.rows(), setting.rounds)
    finally:
        store.close()
    limits = {PAINT: 150, FILTERED: 50, NODES: 20}
    lines = [Line(FLOOR, found[FLOOR])]
    for name in (PAINT, ASKED, FILTERED, BESIDE, PAGE, NODES):
        lines.append(Line(name, found[name], FLOOR, Limit(limits[name], MS) if name in limits else None))
    note = f"{total:,} demands, {standing:,} of them open; {board.nodes} nodes; medians of {_TIMES}."
    return [Table("demands", "the board of demands", tuple(lines), (note,))]
