"""P13: from the raw key to the first page of households, beside opening the file and reading as many rows bare."""

from __future__ import annotations

from pathlib import Path

from benchmarks import bare, prepared
from benchmarks.rounds import Reading, interleaved, timed
from benchmarks.setting import Setting
from benchmarks.table import MS, Limit, Line, Table
from gridworker.models.days import Clock
from gridworker.practice.clock import practice_clock
from gridworker.practice.size import Size
from gridworker.store import keys
from gridworker.store.lock import ProfileLock
from gridworker.store.queries import households, tree
from gridworker.store.rows import HouseholdRow
from gridworker.store.store import DATABASE_FILE, Store

OURS, BARE = "key → tree and first page", "bare SQLCipher: open, read as many rows"
PAGE = 64


class _Unlocking:
    """One profile, opened again and again with a key that is already derived."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = keys.unwrap(folder, prepared.PASSPHRASE, Clock().now())
        self._clock = practice_clock(Clock())
        self.households = 0

    def product(self) -> Reading:
        opened: list[Store] = []
        reading = timed(lambda: opened.append(self._first_page()))
        opened[0].close()
        return reading

    def _first_page(self) -> Store:
        """What `Store.open` does once the key is known, then what the window asks first."""
        store = Store._opened(self._folder, self._key, self._clock, ProfileLock(self._folder))
        assert store.identity.community_name
        assert tree.area_tree(store)
        scope = tree.default_scope(store)
        rids = households.household_ids(store, scope)
        rows: tuple[HouseholdRow, ...] = households.household_rows(store, rids[:PAGE])
        assert len(rows) == min(PAGE, len(rids))
        self.households = len(rids)
        return store

    def bare(self) -> Reading:
        def work() -> None:
            raw = bare.opened(self._folder / DATABASE_FILE, self._key)
            assert raw.execute(f"SELECT * FROM household ORDER BY rid LIMIT {PAGE}").fetchall()
            raw.close()

        return timed(work)


def _table(setting: Setting, profile: Path, title: str) -> Table:
    unlocking = _Unlocking(setting.copy(profile, "unlock"))
    found = interleaved({BARE: unlocking.bare, OURS: unlocking.product}, max(setting.rounds, 3) * 3)
    lines = (Line(BARE, found[BARE]), Line(OURS, found[OURS], BARE, Limit(20, MS)))
    note = (
        f"{unlocking.households:,} households in the scope of the secretary; deriving the key is not in it."
    )
    return Table("P13", title, lines, (note,))


def run(setting: Setting) -> list[Table]:
    demo = Size.tiny() if setting.size < 2000 else Size()
    practice, large = prepared.profile(setting, demo), prepared.profile_of_visits(setting, setting.size)
    tables = [_table(setting, practice, "from the key to the first page, the practice community")]
    if large != practice:
        tables.append(_table(setting, large, f"the same with {setting.size:,} visits"))
    return tables
