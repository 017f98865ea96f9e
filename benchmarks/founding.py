"""Founding: the practice community through `Store.found`, judged row by row, beside inserting its rows bare into the
same tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks import bare, prepared
from benchmarks.rounds import Reading, interleaved, timed
from benchmarks.setting import Setting
from benchmarks.table import Limit, Line, Table
from gridworker.models.days import Clock
from gridworker.models.op import Draft
from gridworker.models.registry import ENTITIES
from gridworker.practice.clock import practice_clock
from gridworker.practice.community import SEED, practice_community
from gridworker.practice.size import Size
from gridworker.store import schema
from gridworker.store.audit import Act
from gridworker.store.store import Store

OURS, BARE, SEARCH = "found the community", "FLOOR: its rows, bare", "make everything findable"
Copied = dict[str, tuple[str, Sequence[Sequence[Any]]]]


class _Founding:
    """Everything needed to found one community several times."""

    def __init__(self, setting: Setting, size: Size) -> None:
        self._setting = setting
        self._practice = practice_community(SEED, size)
        self.drafts: list[Draft] = list(self._practice.drafts())
        self._rows: Copied = {}
        self._search = 0.0

    def product(self) -> Reading:
        folder = self._setting.fresh("found")
        known, clock = prepared.known_profile(self._practice), practice_clock(Clock())
        store = Store.create(folder, prepared.PASSPHRASE, known, clock, prepared.CHEAP)
        reading = timed(lambda: store.found(prepared.batches(iter(self.drafts)), Act("community_founded")))
        self._search = timed(lambda: _index_all(store)).seconds
        if not self._rows:
            self._rows = _rows_of(store)
        store.close()
        return reading

    def search(self) -> Reading:
        """As measured right after the last founding."""
        return Reading(self._search)

    def bare(self) -> Reading:
        path = self._setting.fresh("bare")
        raw = bare.opened(path, bare.new_key())
        for statement in schema.statements():
            raw.execute(statement)

        def work() -> None:
            raw.execute("BEGIN")
            for sql, rows in self._rows.values():
                raw.executemany(sql, rows)
            raw.execute("COMMIT")

        reading = timed(work)
        raw.close()
        return reading


def _index_all(store: Store) -> None:
    while store.index_some(prepared.BATCH):
        pass


def _rows_of(store: Store) -> Copied:
    found: Copied = {}
    with store.read() as connection:
        raw: Any = connection.connection.driver_connection
        for table in (*(entity.name for entity in ENTITIES), "household_stat", "day_stat"):
            columns = bare.columns_of(raw, table)
            rows = raw.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
            found[table] = (bare.insert(table, columns), rows)
    return found


def run(setting: Setting) -> list[Table]:
    founding = _Founding(setting, Size.tiny() if setting.size < 2000 else Size())
    rows = {OURS: founding.product, SEARCH: founding.search, BARE: founding.bare}
    found = interleaved(rows, setting.rounds)
    lines = (
        Line(BARE, found[BARE]),
        Line(OURS, found[OURS], BARE, Limit(5)),
        Line(SEARCH, found[SEARCH], BARE),
    )
    note = f"{len(founding.drafts):,} drafts in memory; ours in transactions of {prepared.BATCH:,}, the floor in one."
    return [Table("Founding", "a whole practice community, checked row by row", lines, (note,))]
