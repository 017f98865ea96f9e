"""The report of a period equals a slow, plain count on random communities, every number leads to as many records, and
nothing that is reorganised later moves a past period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, fields
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridworker.errors import NotFound
from gridworker.exports.figures import summary_figures
from gridworker.models.period import PERIOD_KINDS, Period
from gridworker.store import statistics
from gridworker.store.queries.drill import records_behind
from gridworker.store.queries.drill_lines import line_behind
from gridworker.store.queries.summary import summary
from gridworker.store.report_rows import (
    DemandFigures,
    HomeFigures,
    MeetingFigures,
    Summary,
    Totals,
    VisitFigures,
)
from gridworker.store.store import Store
from gridworker.wording import Wording
from tests.community import empty_store
from tests.unit.store.plain_reports import Plain
from tests.unit.store.random_reports import world, write_world

ZH = Wording.load("zh_CN")
DAY = "2026-11-20"


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = empty_store(tmp_path_factory.mktemp("reports") / "profile")
    yield store
    store.close()


def present(store: Store) -> str:
    return store.clock.moment().strftime("%Y-%m-%d %H:%M")


def periods(chance: Random) -> list[Period]:
    """One of each kind, mostly over or under way, now and then ahead."""
    return [
        Period.of_day(kind, DAY).shifted(chance.choice((-5, -3, -2, -1, -1, 0, 0, 1)))
        for kind in PERIOD_KINDS
    ]


def added(counts: dict[bytes, Counter[str]]) -> Counter[str]:
    return sum(counts.values(), Counter())


def figures(kind: type, counts: Counter[str]) -> object:
    return kind(**{f.name: counts[f.name] for f in fields(kind)})


def totals(plain: Plain, first: str, last: str) -> Totals:
    meetings = plain.meetings(first, last)
    return Totals(
        figures(VisitFigures, added(plain.visit_counts(first, last))),  # type: ignore[arg-type]
        HomeFigures(),
        figures(DemandFigures, added(plain.count_demands(first, last))),  # type: ignore[arg-type]
        MeetingFigures(*meetings),
    )


def check(found: Summary, plain: Plain) -> None:
    """Every number of a report against the plain count."""
    period = plain.period
    first, last, before = period.first, period.last, period.shifted(-1)
    homes = figures(HomeFigures, added(plain.home_counts()))
    now = totals(plain, first, last)
    assert found.now == Totals(now.visits, homes, now.demands, now.meetings)  # type: ignore[arg-type]
    assert found.before == totals(plain, before.first, before.last)
    assert found.year == totals(plain, period.year_first, last)
    check_lines(found, plain)
    concerns = plain.concerns(first, last)
    assert {key.id: key.why for key in found.key_demands}.items() <= concerns.items()
    assert len(found.key_demands) + found.key_demands_left == len(concerns)
    for lines, column in ((found.categories, "category"), (found.sources, "source")):
        counted = plain.count_demands(first, last, column)
        wanted = {code: figures(DemandFigures, counts) for code, counts in counted.items()}
        assert {one.code: one.demands for one in lines} == {
            code: of for code, of in wanted.items() if of != DemandFigures()
        }
    levels = added(plain.count_demands(first, last))
    assert {one.level: one.closed for one in found.levels} == {
        name.removeprefix("level "): number for name, number in levels.items() if name.startswith("level ")
    }
    for point in found.trend:
        visits = added(plain.visit_counts(point.period.first, point.period.last))
        counts = added(plain.count_demands(point.period.first, point.period.last))
        assert (point.attempts, point.met) == (visits["attempts"], visits["met"])
        assert (point.registered, point.closed) == (counts["registered"], counts["closed"])
    check_matters(found, plain)


def check_lines(found: Summary, plain: Plain) -> None:
    visits, homes = plain.visit_counts(plain.period.first, plain.period.last), plain.home_counts()
    demands = plain.count_demands(plain.period.first, plain.period.last)
    shown = {line.node_id: line for line in found.lines}
    assert len(shown) == len(found.lines)
    for node in visits.keys() | homes.keys() | demands.keys() | shown.keys():
        wanted = (
            figures(VisitFigures, visits.get(node, Counter())),
            figures(HomeFigures, homes.get(node, Counter())),
            figures(DemandFigures, demands.get(node, Counter())),
        )
        line = shown.get(node)
        assert (wanted == (VisitFigures(), HomeFigures(), DemandFigures())) or line is not None
        assert line is None or (line.visits, line.homes, line.demands) == wanted


def check_matters(found: Summary, plain: Plain) -> None:
    assert {one.id: (one.stage, one.resolutions, one.done) for one in found.issues} == plain.issues()
    root = next(row["id"] for row in plain.made.of("area_unit") if row["kind"] == "community")
    whole = root in plain.nodes and not plain.narrow()
    assert (found.lists is not None) == whole
    if found.lists is not None:
        for name, wanted in plain.lists().items():
            assert asdict(getattr(found.lists, name)) == {
                key: wanted[key] for key in ("new", "matched", "done", "standing")
            }, name
    first, last = plain.period.first, f"{plain.period.last} 24:00"
    registered = [row for row in plain.demands() if first <= row["reported_at"] < last]
    spots = Counter(row["public_spot_id"] for row in registered if row.get("public_spot_id"))
    assert {one.id: one.registered for one in found.spots} == {s: n for s, n in spots.items() if n > 1}
    counts = added(plain.count_demands(plain.period.first, plain.period.last))
    assert found.proposals is not None
    assert found.proposals.suggestions == sum(row["type"] == "suggestion" for row in registered)
    assert (found.proposals.to_issue, found.proposals.to_project) == (
        counts["to_issue"],
        counts["to_project"],
    )
    for cause in found.causes:
        assert sum(cause.by_part) == sum(row["category"] == cause.code for row in registered)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_every_number_equals_the_plain_count(blank: Store, seed: int) -> None:
    made = world(seed)
    write_world(blank, made)
    chance = Random(seed)
    for period in periods(chance):
        for scope in chance.sample(made.scopes, 3) + made.scopes[:1]:
            check(summary(blank, scope, period), Plain(made, scope, period, present(blank)))
    with blank.read() as connection:
        assert statistics.difference(connection) == []


#: Keys that are no count of records: sums of heads, changes, shares, texts.
_NO_RECORDS = (".change", "_rate", "coverage", "key_demands.left", "unsent")


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_every_number_leads_to_as_many_records(blank: Store, seed: int) -> None:
    made = world(seed)
    write_world(blank, made)
    chance = Random(seed)
    period = chance.choice(periods(chance))
    for scope in chance.sample(made.scopes, 2):
        found = summary(blank, scope, period, ledger=True)
        drilled = 0
        for key, value in summary_figures(found, ZH).single.items():
            if (
                isinstance(value, int)
                and not isinstance(value, bool)
                and "." in key
                and not key.endswith(_NO_RECORDS)
                and "people" not in key
            ):
                behind = records_behind(blank, scope, period, key)
                assert len(behind) == len({one.id for one in behind}) == value, key
                drilled += 1
        assert drilled > 60
        check_parts(blank, scope, period, found)


def check_parts(store: Store, scope: object, period: Period, found: Summary) -> None:
    def count(key: str) -> int:
        return len(records_behind(store, scope, period, key))  # type: ignore[arg-type]

    for line in found.lines:
        for group, counts in (("visits.", line.visits), ("", line.homes), ("demands.", line.demands)):
            for name, value in asdict(counts).items():
                assert count(f"{group}{name}@{line.node_id.hex()}") == value, (line.name, name)
    for by, lines in (("category", found.categories), ("source", found.sources)):
        for one in lines:
            assert count(f"demands.closed/{by}={one.code}") == one.demands.closed
            assert count(f"demands.registered/{by}={one.code}") == one.demands.registered
    check_list_lines(store, scope, found)
    for level in found.levels:
        assert count(f"demands.closed/level={level.level}") == level.closed
    for spot in found.spots:
        assert count(f"demands.registered/spot={spot.id.hex()}") == spot.registered


def check_list_lines(store: Store, scope: object, found: Summary) -> None:
    """Every number of every line of every list leads to as many records, and a line about a record to that."""
    lists = summary_figures(found, ZH).lists
    for name in ("grids", "categories", "sources", "levels", "trend", "spots", "causes"):
        for place, row in enumerate(lists[name]):
            for column, value in row.items():
                if isinstance(value, int) and column not in ("number", "before"):
                    behind = line_behind(store, scope, found, name, place, column)  # type: ignore[arg-type]
                    assert len(behind) == value, (name, place, column)
        assert line_behind(store, scope, found, name, len(lists[name]), "name") == ()  # type: ignore[arg-type]
    for name, ids in (
        ("key_demands", [one.id for one in found.key_demands]),
        ("issues", [one.id for one in found.issues]),
        ("visits", [one.id for one in found.visits]),
    ):
        for place, wanted in enumerate(ids):
            (one,) = line_behind(store, scope, found, name, place, "no")  # type: ignore[arg-type]
            assert one.id == wanted


@pytest.mark.parametrize("key", ["", "nothing", "visits", "visits.none", "demands.year", "households.before", "a@b",
                                 "visits.attempts.change", "node"])  # fmt: skip
def test_a_key_that_counts_nothing_is_refused(blank: Store, key: str) -> None:
    made = world(7)
    write_world(blank, made)
    with pytest.raises(NotFound):
        records_behind(blank, made.scopes[0], Period.parse("2026-W46"), key)


def test_the_random_communities_reach_what_is_counted(blank: Store) -> None:
    """A plain count of nothing equals a report of nothing: the worlds must hold something of everything."""
    seen: Counter[str] = Counter()
    for seed in range(24):
        made = world(seed)
        write_world(blank, made)
        found = summary(blank, made.scopes[0], Period.parse("2026-Q4"))
        for part in (found.now.visits, found.now.homes, found.now.demands, found.now.meetings):
            seen.update({f"{type(part).__name__}.{name}": value for name, value in asdict(part).items()})
        seen.update({f"issue {one.stage}": 1 for one in found.issues})
        seen.update(spots=len(found.spots), moves=len([r for r in made.of("tree_plan") if r["applied_on"]]))
        assert found.lists is not None
        for name in ("needs", "resources", "projects"):
            seen.update({f"{name}.{key}": value for key, value in asdict(getattr(found.lists, name)).items()})
    assert not [name for name, value in seen.items() if not value]
    assert len([name for name in seen if name.startswith("issue ")]) == 8
