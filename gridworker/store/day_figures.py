"""What was done on each day in each micro-grid, kept beside visits and plans, and the same for whole weeks and months.
A plan counts on the Monday of its week, so that weeks, months and years of days add up."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache

from gridworker.models.days import Week, days_between, plus_days
from gridworker.models.period import Period
from gridworker.store.connection import Connection
from gridworker.store.statements import run, run_many

FIGURES = (
    "attempts", "met", "absent", "declined", "rescheduled", "moved", "shops", "spots", "planned", "plan_done",
)  # fmt: skip
OUTCOMES = FIGURES[1:6]
#: What of a plan counts: what was moved to another week or dropped does not.
COUNTED_PLAN = (
    "i.deleted = 0 AND i.household_id IS NOT NULL AND i.state IN ('planned', 'absent_retry', 'done')"
)
_COLUMNS = ", ".join(FIGURES)
SUMS = ", ".join(f"sum({name})" for name in FIGURES)
#: SQL for the Monday of the ISO week `i.week`: that of the week with 4 January, and so many weeks later.
_FOURTH = "substr(i.week, 1, 4) || '-01-04'"
_MONDAY = (
    f"date({_FOURTH}, '-' || ((strftime('%w', {_FOURTH}) + 6) % 7) || ' days', "
    "'+' || (7 * (substr(i.week, 7, 2) - 1)) || ' days')"
)
_HOME = "v.household_id IS NOT NULL"
_VISITS = (
    f"SELECT v.now_on AS day, v.unit_at AS micro_grid_id, sum({_HOME}) AS attempts, "
    + ", ".join(f"sum({_HOME} AND v.now_outcome = '{name}') AS {name}" for name in OUTCOMES)
    + ", count(v.shop_id) AS shops, count(v.public_spot_id) AS spots, 0 AS planned, 0 AS plan_done "
    "FROM visit v WHERE v.now_void = 0 AND v.deleted = 0 AND v.unit_at IS NOT NULL{visits} GROUP BY 1, 2"
)
_PLANS = (
    f"SELECT {_MONDAY} AS day, i.unit_at, 0, 0, 0, 0, 0, 0, 0, 0, count(*), sum(i.state = 'done') "
    f"FROM plan_item i WHERE {COUNTED_PLAN} AND i.unit_at IS NOT NULL{{plans}} GROUP BY i.week, i.unit_at"
)
_DAYS = f"SELECT day, micro_grid_id, {SUMS} FROM ({_VISITS} UNION ALL {_PLANS}) GROUP BY day, micro_grid_id"
_ALL_DAYS = _DAYS.format(visits="", plans="")
_CELL = _DAYS.format(
    visits=" AND v.now_on = :day AND v.unit_at = :micro", plans=" AND i.week = :week AND i.unit_at = :micro"
)
_WEEKS = f"SELECT strftime('W%G-%V', day), micro_grid_id, {SUMS} FROM day_stat GROUP BY 1, 2"
_MONTHS = f"SELECT 'M' || substr(day, 1, 7), micro_grid_id, {SUMS} FROM day_stat GROUP BY 1, 2"
_INTO_DAYS = f"INSERT INTO day_stat (day, micro_grid_id, {_COLUMNS})"
_INTO_SPANS = f"INSERT INTO span_stat (span, micro_grid_id, {_COLUMNS})"
Cell = tuple[str, bytes]


def monday(week: str) -> str:
    """The day on which the plan of a week `YYYY-Www` counts; "" for what is no week."""
    try:
        return Period.parse(week).first
    except ValueError:
        return ""


def recompute(connection: Connection, cells: Collection[Cell]) -> None:
    """Bring these days up to date, each in its micro-grid, and the weeks and months they lie in."""
    if not cells:
        return
    run_many(connection, "DELETE FROM day_stat WHERE day = ? AND micro_grid_id = ?", list(cells))
    for on, micro in cells:
        week = Week.of_day(on)
        named = str(Period.of_week(week)) if on == week.first else ""
        run(connection, f"{_INTO_DAYS} {_CELL}", {"day": on, "micro": micro, "week": named})
    spans = {(span, micro) for on, micro in cells for span in _spans_of(on)}
    run_many(connection, "DELETE FROM span_stat WHERE span = ? AND micro_grid_id = ?", list(spans))
    for span, micro in spans:
        inside = _days_of(span)
        run(
            connection,
            f"{_INTO_SPANS} SELECT ?, micro_grid_id, {SUMS} FROM day_stat WHERE micro_grid_id = ? "
            f"AND day IN ({', '.join('?' * len(inside))}) GROUP BY micro_grid_id",
            (span, micro, *inside),
        )


def rebuild(connection: Connection) -> None:
    """Compute every day, week and month from nothing."""
    run(connection, "DELETE FROM day_stat")
    run(connection, "DELETE FROM span_stat")
    run(connection, f"{_INTO_DAYS} {_ALL_DAYS}")
    run(connection, f"{_INTO_SPANS} {_WEEKS}")
    run(connection, f"{_INTO_SPANS} {_MONTHS}")


def kept() -> tuple[tuple[str, str, str], ...]:
    """Table, columns and the full scan that it equals."""
    return (
        ("day_stat", f"day, micro_grid_id, {_COLUMNS}", _ALL_DAYS),
        ("span_stat", f"span, micro_grid_id, {_COLUMNS}", f"SELECT * FROM ({_WEEKS} UNION ALL {_MONTHS})"),
    )


# -- reading -------------------------------------------------------------------------------------------------------


def counted(connection: Connection, first: str, last: str) -> list[tuple[bytes, tuple[int, ...]]]:
    """Micro-grid and its FIGURES for the days from `first` to `last`, from as few rows as there can be."""
    found, values = _of_days(first, last)
    sql = f"SELECT micro_grid_id, {SUMS} FROM ({found}) GROUP BY micro_grid_id"
    return [(row[0], row[1:]) for row in run(connection, sql, values)]


def total(connection: Connection, first: str, last: str, micros: str) -> tuple[int, ...]:
    """The sum of the same FIGURES over the micro-grids that the SQL `micros` (`IN …`) names."""
    found, values = _of_days(first, last, f" AND micro_grid_id {micros}")
    return tuple(
        number or 0 for number in run(connection, f"SELECT {SUMS} FROM ({found})", values).fetchone()
    )


def totals(
    connection: Connection, periods: Sequence[Period], micros: str
) -> Mapping[Period, tuple[int, ...]]:
    """The same of `periods`, weeks or months that follow each other; those without anything left out."""
    named = {_span(period): period for period in periods}
    rows = run(
        connection,
        f"SELECT span, {SUMS} FROM span_stat WHERE span BETWEEN ? AND ? AND micro_grid_id {micros} GROUP BY span",
        (min(named), max(named)),
    )
    return {named[row[0]]: row[1:] for row in rows}


def _of_days(first: str, last: str, where: str = "") -> tuple[str, list[str]]:
    """SQL of the rows that make up these days, and its values."""
    parts, values = [], list[str]()
    for table, begin, end in _pieces(first, last):
        key = "day" if table == "day_stat" else "span"
        parts.append(f"SELECT micro_grid_id, {_COLUMNS} FROM {table} WHERE {key} BETWEEN ? AND ?{where}")
        values += [begin, end]
    return " UNION ALL ".join(parts), values


def _pieces(first: str, last: str) -> Iterator[tuple[str, str, str]]:
    """(table, first key, last key) that make up these days: whole months, weeks before and after them, single days."""
    begin = Period.of_day("month", first)
    begin = begin if begin.first == first else begin.shifted(1)
    end = Period.of_day("month", plus_days(last, 1)).shifted(-1)
    if begin > end:
        yield from _short(first, last)
        return
    yield from _short(first, plus_days(begin.first, -1))
    yield "span_stat", f"M{begin}", f"M{end}"
    yield from _short(plus_days(end.last, 1), last)


def _short(first: str, last: str) -> Iterator[tuple[str, str, str]]:
    """The same without months."""
    if first > last:
        return
    begin, end = Week.of_day(plus_days(first, 6)), Week.of_day(plus_days(last, 1)).shifted(-1)
    if begin.first > end.first:
        yield "day_stat", first, last
        return
    if first < begin.first:
        yield "day_stat", first, plus_days(begin.first, -1)
    yield "span_stat", _week(begin), _week(end)
    if end.last < last:
        yield "day_stat", plus_days(end.last, 1), last


def _week(week: Week) -> str:
    return f"W{week.year:04d}-{week.number:02d}"


def _span(period: Period) -> str:
    return f"M{period}" if period.kind == "month" else _week(Week.of_day(period.first))


def _spans_of(on: str) -> tuple[str, str]:
    """The week and the month of a day, as they are written in the table."""
    return _week(Week.of_day(on)), f"M{on[:7]}"


@lru_cache(maxsize=64)  # asked of every save about the same week and month
def _days_of(span: str) -> tuple[str, ...]:
    """The days of a week or month as it is written in the table."""
    period = Period.parse(span[1:] if span[0] == "M" else span[1:].replace("-", "-W"))
    count = days_between(period.first, period.last) + 1
    return tuple(plus_days(period.first, number) for number in range(count))
