"""`python -m benchmarks.sizes [--size N]`: how many bytes a record takes on a laptop, by entity, read from the pages of
a real profile after its first copy. From here come the figures in gridworker/models/sizes.py."""

from __future__ import annotations

import argparse
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import prepared
from benchmarks.setting import Setting, setting
from gridworker import practice_desk
from gridworker.models.days import Clock
from gridworker.models.registry import BY_NAME
from gridworker.models.sizes import BYTES, EMPTY, OTHER, file_bytes
from gridworker.practice.clock import practice_clock
from gridworker.practice.size import Size
from gridworker.store.store import DATABASE_FILE, Store

#: Which entity a table of kept figures belongs to, where its name does not say so.
_KEPT_FOR = {"household_stat": "household", "day_stat": "visit", "seen_span": "household"}
_FIND, _KEYS, _PAGE = "find_", "find_key", 4096
#: Fewer rows than this say little of one: pages are not full, trees have a root each.
_ENOUGH = 200


@dataclass(frozen=True)
class Measured:
    """`rows` and `each`, the bytes of a record with its share of indexes, search and kept figures, by entity; `others`
    the same for all entities with few rows together; `file` the bytes of the encrypted file, `empty` of its trees
    before there is a row."""

    rows: dict[str, int]
    each: dict[str, float]
    others: float
    file: int
    empty: int


def _owner(table: str) -> str:
    """The entity whose rows `table` is there for, "" for what all of them share."""
    if table in _KEPT_FOR:
        return _KEPT_FOR[table]
    bare = table.removeprefix(_FIND)
    return next((name for name in (bare, bare.rpartition("_")[0]) if name in BY_NAME), "")


def measured(store: Store, scratch: Path) -> Measured:
    """What lies in an open profile. A copy that is not encrypted lies in `scratch` for as long as it is read: the
    encrypted library cannot tell pages apart."""
    plain = scratch / "plain.db"
    with store.database.bare() as raw:
        raw.execute("ATTACH DATABASE ? AS plain KEY ''", (str(plain),))
        raw.execute("SELECT sqlcipher_export('plain')")
        raw.execute("DETACH DATABASE plain")
    pages = sqlite3.connect(plain)
    try:
        return _read(pages, plain.stat().st_size, (store.folder / DATABASE_FILE).stat().st_size)
    finally:
        pages.close()
        plain.unlink()


def _read(pages: sqlite3.Connection, plain: int, file: int) -> Measured:
    sizes: defaultdict[str, float] = defaultdict(float)
    trees = 0
    for table, size in pages.execute(
        "SELECT coalesce(m.tbl_name, s.name), sum(s.pgsize) FROM dbstat s "
        "LEFT JOIN sqlite_schema m ON m.name = s.name GROUP BY s.name"
    ):
        trees += 1
        if table == _KEYS:
            for name, share in _shares(pages):
                sizes[name] += (size - _PAGE) * share
        else:
            sizes[_owner(table)] += size - _PAGE
    rows = {name: pages.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in BY_NAME}
    sealed = file / plain  # what encryption adds to a page, and pages that are free
    each = {name: sizes[name] * sealed / count for name, count in rows.items() if count >= _ENOUGH}
    few = [name for name in rows if name not in each]
    others = sum(sizes[name] for name in few) * sealed / max(sum(rows[name] for name in few), 1)
    return Measured(rows, each, others, file, round(trees * _PAGE * sealed))


def _shares(pages: sqlite3.Connection) -> list[tuple[str, float]]:
    counted = pages.execute(f"SELECT entity, count(*) FROM {_KEYS} GROUP BY entity").fetchall()
    return [(name, count / sum(n for _, n in counted)) for name, count in counted]


def _measure(given: Setting, size: Size) -> Measured:
    laptop = given.copy(prepared.practice(given, size), "practice") / "laptop"
    store = Store.open(laptop, practice_desk.PASSPHRASE, practice_clock(Clock()))
    try:
        return measured(store, given.scratch)
    finally:
        store.close()


def _print(title: str, found: Measured) -> None:
    reckoned = file_bytes(found.rows)
    print(f"### {title}: {sum(found.rows.values()):,} records, {found.file / 1e6:.1f} MB\n")
    print(f"Reckoned with the kept figures: {reckoned / 1e6:.1f} MB, {reckoned / found.file:.2f} x.\n")
    print("| entity | records | B each | kept |\n| --- | ---: | ---: | ---: |")
    for name, each in sorted(found.each.items(), key=lambda item: -item[1] * found.rows[item[0]]):
        print(f"| {name} | {found.rows[name]:,} | {each:.0f} | {BYTES.get(name, OTHER)} |")
    print(f"| others | | {found.others:.0f} | {OTHER} |\n| empty | | {found.empty:,} | {EMPTY:,} |\n")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.sizes", description=__doc__)
    parser.add_argument("--size", type=int, default=100_000, help="visits in the second, larger community")
    parser.add_argument("--cache", type=Path)
    asked = parser.parse_args(arguments)
    with setting(1, asked.size, 0, asked.cache) as given:
        _print("practice community", _measure(given, Size()))
        _print(
            f"{asked.size:,} visits in half a year",
            _measure(given, prepared.size_of_visits(asked.size)),
        )


if __name__ == "__main__":
    main()
