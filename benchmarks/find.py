"""P10: one typed text over everything, from two characters on, beside the bare full-text query for the same words; and
from the key to the painted list in a window."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Mapping, Sequence

from benchmarks import prepared
from benchmarks.rounds import Reading, interleaved, percentile
from benchmarks.setting import Setting
from benchmarks.table import MS, Limit, Line, Table
from gridworker.models.days import Clock
from gridworker.practice.clock import practice_clock
from gridworker.store.queries.doors import number_of
from gridworker.store.queries.find import find
from gridworker.store.search import tokens
from gridworker.store.spelling import spelled
from gridworker.store.store import Store

FLOOR, PAINTED = "bare: the newest 50 visits with two characters", "typing to painted list"
_EACH, _FIRST = 40, 50
_SAID = "SELECT said FROM visit WHERE rid % ? = 1 AND length(said) > 8 LIMIT 40"
_NAMES = "SELECT name FROM resident WHERE rid % ? = 1 AND deleted = 0 LIMIT 40"
_DOORS = (
    "SELECT b.name, u.name, h.room FROM household h JOIN unit u ON u.id = h.unit_id "
    "JOIN building b ON b.id = u.building_id WHERE h.rid % ? = 1 AND h.deleted = 0 LIMIT 40"
)
_TAILS = "SELECT substr(phone, -4) FROM resident WHERE rid % ? = 1 AND phone IS NOT NULL LIMIT 40"


class _Finding:
    """One open profile and what a person might type of it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._chance = random.Random(10)
        with store.read() as connection:
            count = connection.exec_driver_sql("SELECT count(*) FROM resident").scalar()
            self.visits = int(connection.exec_driver_sql("SELECT count(*) FROM visit").scalar())
            self.residents = int(count)

            def asked(sql: str, rows: int) -> Sequence[tuple[str, ...]]:
                return list(connection.exec_driver_sql(sql, (max(2, rows // _EACH),)))

            said = [row[0] for row in asked(_SAID, self.visits)]
            names = [row[0].removeprefix("演示·") for row in asked(_NAMES, self.residents)]
            doors = [
                "-".join(map(number_of, row[:2])) + f"-{row[2]}" for row in asked(_DOORS, self.residents // 3)
            ]
            tails = [row[0] for row in asked(_TAILS, self.residents)]
        self.texts: Mapping[str, Sequence[str]] = {
            "two characters of what was said": [self._part(text, 2) for text in said],
            "four characters of what was said": [self._part(text, 4) for text in said],
            "a name": names,
            "pinyin initials": [spelled(name, person=True).initials[0] for name in names],
            "pinyin": [spelled(name, person=True).pinyin[0] for name in names],
            "a door": doors,
            "the end of a phone number": tails,
        }

    def _part(self, text: str, length: int) -> str:
        start = self._chance.randrange(max(1, len(text) - length))
        return text[start : start + length]

    def product(self, kind: str) -> Reading:
        times = []
        for text in self.texts[kind]:
            begun = time.perf_counter()
            find(self._store, text, _FIRST)
            times.append(time.perf_counter() - begun)
        return Reading(percentile(times, 0.5), {"p95 ms": percentile(times, 0.95) * 1000})

    def floor(self) -> Reading:
        times = []
        for text in self.texts["two characters of what was said"]:
            begun = time.perf_counter()
            with self._store.read() as connection:
                connection.exec_driver_sql(
                    "SELECT id, no, now_on, said FROM visit WHERE rid IN (SELECT rowid FROM find_visit "
                    f"WHERE find_visit MATCH ? ORDER BY rowid DESC LIMIT {_FIRST})",
                    (f'"{tokens(text)}"',),
                ).fetchall()
            times.append(time.perf_counter() - begun)
        return Reading(percentile(times, 0.5), {"p95 ms": percentile(times, 0.95) * 1000})

    def painted(self) -> Reading:
        """Keys into the search field of a window; until the list has painted what was found. p95 of all keys."""
        from benchmarks.typing_window import TypingWindow

        window = TypingWindow(self._store)
        texts = (*self.texts["a name"][:10], *self.texts["pinyin initials"][:10], *self.texts["a door"][:10])
        times = [seconds for text in texts for seconds in window.typed(text)]
        window.close()
        return Reading(percentile(times, 0.95), {"p50 ms": percentile(times, 0.5) * 1000, "keys": len(times)})


def run(setting: Setting) -> list[Table]:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    folder = setting.copy(prepared.profile_of_visits(setting, setting.size), "find")
    store = Store.open(folder, prepared.PASSPHRASE)
    store.use_clock(practice_clock(Clock()))
    try:
        finding = _Finding(store)
        rows = {FLOOR: finding.floor}
        rows |= {kind: (lambda kind=kind: finding.product(kind)) for kind in finding.texts}  # type: ignore[misc]
        found = interleaved({**rows, PAINTED: finding.painted}, setting.rounds)
    finally:
        store.close()
    lines = [Line(FLOOR, found[FLOOR])]
    lines += [Line(kind, found[kind], FLOOR, Limit(3, MS)) for kind in finding.texts]
    lines.append(Line(PAINTED, found[PAINTED], FLOOR, Limit(30, MS, "p95 30 ms")))
    note = f"{finding.visits:,} visits, {finding.residents:,} residents; p50 of {_EACH} texts, the painted list p95."
    return [Table("P10", "search, newest 50 of everything", lines, (note,))]
