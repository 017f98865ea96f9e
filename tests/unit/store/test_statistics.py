"""The kept figures equal a full scan after whatever was done, and an independent count in plain Python."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gridworker.models.days import plus_days
from gridworker.services.acts import present_values
from gridworker.services.households import edit_household, opt_out
from gridworker.services.visits import amend_visit, comment_visit, log_visit, void_visit
from gridworker.store import statistics
from gridworker.store.receive import Gone, receive
from gridworker.store.store import Store
from tests.community import (
    ACT,
    COMMUNITY,
    changed,
    copied,
    empty_store,
    form,
    new_profile,
    one,
    open_store,
    wire_rows,
)

DAYS = st.sampled_from([f"2026-{month:02d}-{day:02d}" for month in (1, 6, 11) for day in (1, 2, 15)])
OUTCOMES = st.sampled_from(["met", "absent", "declined", "rescheduled", "moved"])
LATER = st.none() | st.sampled_from(["2026-12-01", "2027-01-31"])
HOMES = 3


@dataclass
class Noted:
    """A visit as the plain count knows it."""

    household: int
    on: str
    outcome: str
    next_on: str | None
    visit: bytes
    void: bool = False


@dataclass
class Book:
    visits: list[Noted] = field(default_factory=list)
    intervals: dict[int, int] = field(default_factory=dict)

    def household(self, place: int) -> tuple[object, ...]:
        """last visit, outcome, last met, tries since, promised, due."""
        valid = sorted(
            (v for v in self.visits if v.household == place and not v.void), key=lambda v: (v.on, v.visit)
        )
        met = max((v.on for v in valid if v.outcome == "met"), default=None)
        last = valid[-1] if valid else None
        tries = sum(v.outcome != "met" and v.on > (met or "") for v in valid)
        promised = last.next_on if last else None
        due = promised or (plus_days(met, self.intervals[place]) if met else None)
        return (last.on if last else None, last.outcome if last else None, met, tries, promised, due)

    def days(self) -> Counter[tuple[str, str]]:
        counted: Counter[tuple[str, str]] = Counter()
        for visit in self.visits:
            if not visit.void:
                counted[visit.on, "attempts"] += 1
                counted[visit.on, visit.outcome] += 1
        return counted


@cache
def unvisited() -> Path:
    """A closed profile of the community before its first visit."""
    folder = Path(tempfile.mkdtemp(prefix="unvisited-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    store = empty_store(folder / "p", new_profile())
    store.found([[d for d in COMMUNITY.drafts() if not d.entity.startswith("visit")]], ACT)
    store.close()
    return folder / "p"


class Figures(RuleBasedStateMachine):
    """Acts at random, on three empty households of one micro-grid."""

    store: Store

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="figures-"))
        self.store = open_store(copied(unvisited(), self.folder / "p"))
        with self.store.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT id, coalesce(visit_interval_days, 180) FROM household ORDER BY code LIMIT ?", (HOMES,)
            ).fetchall()
        self.homes = [row[0] for row in rows]
        self.book = Book(intervals={place: row[1] for place, row in enumerate(rows)})

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            shutil.rmtree(self.folder)

    @rule(home=st.integers(0, HOMES - 1), on=DAYS, outcome=OUTCOMES, next_on=LATER)
    def visit(self, home: int, on: str, outcome: str, next_on: str | None) -> None:
        if outcome == "rescheduled" and next_on is None:
            next_on = "2027-02-01"
        logged = log_visit(
            self.store, form(self.homes[home], visited_on=on, outcome=outcome, next_on=next_on)
        )
        self.book.visits.append(Noted(home, on, outcome, next_on, logged.visit_id))

    @rule(
        data=st.data(), on=st.none() | DAYS, outcome=st.none() | OUTCOMES, next_on=st.booleans(), later=LATER
    )
    def amend(
        self, data: st.DataObject, on: str | None, outcome: str | None, next_on: bool, later: str | None
    ) -> None:
        if not self.book.visits:
            return
        noted = data.draw(st.sampled_from(self.book.visits))
        wanted: dict[str, str | None] = {}
        if on:
            wanted["visited_on"] = noted.on = on
        if outcome:
            wanted["outcome"] = noted.outcome = outcome
        if next_on:
            wanted["next_on"] = noted.next_on = later
        amend_visit(self.store, noted.visit, wanted, "写错")

    @rule(data=st.data())
    def void(self, data: st.DataObject) -> None:
        if self.book.visits:
            noted = data.draw(st.sampled_from(self.book.visits))
            noted.void = True
            void_visit(self.store, noted.visit, "记错了户")

    @rule(data=st.data())
    def comment(self, data: st.DataObject) -> None:
        if self.book.visits:
            comment_visit(self.store, data.draw(st.sampled_from(self.book.visits)).visit, "知道了")

    @rule(home=st.integers(0, HOMES - 1), on=st.booleans())
    def no_visits(self, home: int, on: bool) -> None:
        opt_out(self.store, self.homes[home], on=on, reason="想通了")

    @rule(home=st.integers(0, HOMES - 1), days=st.integers(1, 400))
    def interval(self, home: int, days: int) -> None:
        seen = present_values(self.store, "household", self.homes[home], ("visit_interval_days",))
        edit_household(self.store, self.homes[home], seen, {"visit_interval_days": days})
        self.book.intervals[home] = days

    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        """A visit leaves this device's scope."""
        if self.book.visits:
            noted = data.draw(st.sampled_from(self.book.visits))
            self.book.visits.remove(noted)
            receive(self.store, (), (), (Gone("visit", noted.visit, 99),), {})

    @rule(home=st.integers(0, HOMES - 1), days=st.integers(1, 400))
    def pull(self, home: int, days: int) -> None:
        """The server's household replaces ours."""
        (part,) = wire_rows(self.store, "household", [self.homes[home]])
        version = int(str(part.rows[0][1])) + 1
        row = changed(part.rows[0], "household", version, visit_interval_days=days)
        receive(self.store, (), [type(part)("household", part.bucket_id, [row])], (), {})
        self.book.intervals[home] = days

    @invariant()
    def figures_are_right(self) -> None:
        if not hasattr(self, "store"):
            return
        with self.store.read() as connection:
            assert statistics.difference(connection) == []
            for place, home in enumerate(self.homes):
                kept = connection.exec_driver_sql(
                    "SELECT last_visit_on, last_outcome, last_met_on, tries_since_met, promised_on, next_due_on "
                    "FROM household_stat WHERE household_id = ?",
                    (home,),
                ).one()
                assert tuple(kept) == self.book.household(place)
            names = ("attempts", "met", "absent", "declined", "rescheduled", "moved")
            rows = connection.exec_driver_sql(
                f"SELECT day, {', '.join(f'sum({name})' for name in names)} FROM day_stat GROUP BY day"
            ).fetchall()
        kept_days = Counter(
            {(row[0], name): row[place] for row in rows for place, name in enumerate(names, 1) if row[place]}
        )
        assert kept_days == self.book.days()


Figures.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
TestFigures = Figures.TestCase


def test_the_doctor_sees_a_wrong_figure(alone: Store) -> None:
    with alone.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE day_stat SET met = met + 1 WHERE day = (SELECT max(day) FROM day_stat) AND micro_grid_id = "
            "(SELECT micro_grid_id FROM day_stat ORDER BY day DESC LIMIT 1)"
        )
        connection.exec_driver_sql(
            "DELETE FROM household_stat WHERE rowid = (SELECT min(rowid) FROM household_stat)"
        )
    with alone.read() as connection:
        found = list(statistics.difference(connection))
    # the week and the month in which the day lies do not add up any more, nor do the households of the stairwell
    expected = {"household_stat: 1 missing", "day_stat: 1 missing", "day_stat: 1 extra", "span_stat: 2 extra"}
    assert expected <= set(found)
    assert {line.split(":")[0] for line in found} >= {"home_stat", "span_stat", "day_stat"}
    with alone.database.write() as connection:
        statistics.rebuild(connection)
        assert statistics.difference(connection) == []


def test_a_visit_that_is_gone_is_no_fault(alone: Store) -> None:
    with alone.database.write() as connection:
        touched = statistics.Touched(visits={b"\x00" * 16})
        touched.visit(None, None, None)
        statistics.recompute(connection, touched)
        assert statistics.difference(connection) == []
    assert one(alone, "SELECT count(*) FROM day_stat")
