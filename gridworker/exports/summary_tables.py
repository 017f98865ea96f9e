"""The eight tables of the report of a period. Grids stand in their order, never ranked; nobody is named; what the
community does not use yet is said to be so, never counted as 0."""

from __future__ import annotations

from collections.abc import Iterable

from gridworker.exports.document import (
    Align,
    Cell,
    Column,
    ColumnKind,
    Day,
    Points,
    Ratio,
    Signed,
    Table,
)
from gridworker.exports.masking import excerpt, masked_text
from gridworker.store.report_rows import (
    CodeLine,
    DemandFigures,
    HomeFigures,
    KeyDemand,
    NextLine,
    NodeLine,
    Summary,
    Totals,
    VisitFigures,
)
from gridworker.wording import Wording

TITLE = 40
_VISITS = ("planned", "plan_done", "attempts", "met")
_OTHER_VISITS = ("absent", "declined", "rescheduled", "moved", "shops", "spots")
#: Figures of demands and whether they can be added up over the year; the others are looked at on a day.
_DEMANDS = (("registered", True), ("closed", True), ("open", False), ("overdue", False))
_BY_GRID = ("planned", "plan_done", "attempts", "met", "absent", "declined")
CATEGORY_COLUMNS = (
    "carried", "registered", "accepted", "same_day", "closed", "open", "overdue", "satisfied", "basic", "unsatisfied",
)  # fmt: skip
#: What the community does not keep yet.
NOT_IN_USE = ("venues", "activities", "volunteers")
LISTS = ("needs", "resources", "projects")
LIST_COLUMNS = ("new", "matched", "done", "standing")
#: From so many lines on what is arranged is told day by day, not grid by grid.
_MANY_LINES = 24


def met_rate(visits: VisitFigures) -> Ratio:
    """见面率: met ÷ attempts."""
    return Ratio(visits.met, visits.attempts)


def half_year_coverage(homes: HomeFigures) -> Ratio:
    """走访覆盖率 of the half year: distinct households met ÷ households not vacant and not opted out."""
    return Ratio(homes.met_half_year, homes.reachable)


def satisfied_rate(demands: DemandFigures) -> Ratio:
    """满意率: (satisfied + basic) ÷ rated."""
    good = demands.satisfied + demands.basic
    return Ratio(good, good + demands.unsatisfied)


def in_time_rate(demands: DemandFigures) -> Ratio:
    """按时率: handled within the limit ÷ closed."""
    return Ratio(demands.closed_in_time, demands.closed)


def in_grid_rate(demands: DemandFigures) -> Ratio:
    """小区内解决率: solved at the grid or below ÷ closed."""
    return Ratio(demands.closed_in_grid, demands.closed)


def closed_rate(demands: DemandFigures) -> Ratio:
    """办结率: closed ÷ accepted and due in the period."""
    return Ratio(demands.due_closed, demands.due)


def contact_rate(demands: DemandFigures) -> Ratio:
    """响应率: first contact within the limit ÷ accepted."""
    return Ratio(demands.contacted_in_time, demands.accepted)


def station_rate(demands: DemandFigures) -> Ratio:
    """互助站解决率: closed at a station ÷ registered."""
    return Ratio(demands.closed_at_station, demands.registered)


RATES = {
    "contact_rate": contact_rate,
    "closed_rate": closed_rate,
    "in_time_rate": in_time_rate,
    "satisfied_rate": satisfied_rate,
    "station_rate": station_rate,
    "in_grid_rate": in_grid_rate,
}


# -- 表1 ------------------------------------------------------------------------------------------------


def overview(summary: Summary, wording: Wording) -> Table:
    """表1 总览: this period, the one before, the change, and the year so far."""
    now, before, year = summary.now, summary.before, summary.year

    def count(key: str, name: str, of: str, *, sums: bool = True) -> tuple[Cell, ...]:
        this, last = (getattr(getattr(one, of), name) for one in (now, before))
        total = getattr(getattr(year, of), name) if sums else None
        return wording(f"summary.measure.{key}"), this, last, Signed(this - last), total

    def rate(key: str, rates: tuple[Ratio, Ratio, Ratio]) -> tuple[Cell, ...]:
        return wording(f"summary.measure.{key}"), rates[0], rates[1], Points(rates[0], rates[1]), rates[2]

    each: tuple[Totals, Totals, Totals] = (now, before, year)
    rows = [
        *(count(name, name, "visits") for name in _VISITS),
        rate("met_rate", (met_rate(now.visits), met_rate(before.visits), met_rate(year.visits))),
        *(count(name, name, "visits") for name in _OTHER_VISITS),
        # How far coverage had come a period ago is not kept.
        (wording("summary.measure.coverage"), half_year_coverage(now.homes), None, None, None),
        *(count(name, name, "demands", sums=sums) for name, sums in _DEMANDS),
        count("revisited", "revisited", "demands"),
        *(
            rate(key, (of(each[0].demands), of(each[1].demands), of(each[2].demands)))
            for key, of in RATES.items()
        ),
    ]
    if summary.whole:
        rows.append(count("meetings", "held", "meetings"))
    not_used = wording("summary.not_in_use")
    rows.append((wording("summary.measure.activities"), not_used, None, None, None))
    kind = summary.period.kind
    columns = (f"{kind}.now", f"{kind}.before", "change", "year_so_far")
    cut = -1 if kind == "year" else None  # the year is the period
    return Table(
        caption=wording("summary.caption.overview"),
        columns=(
            Column(wording("summary.column.measure")),
            *(Column(wording(f"summary.column.{name}"), ColumnKind.NUMBER) for name in columns[:cut]),
        ),
        rows=tuple(row[:cut] for row in rows),
        note=wording("summary.note.points"),
        key="overview",
    )


# -- 表2 ------------------------------------------------------------------------------------------------


def by_grid(summary: Summary, wording: Wording) -> Table:
    """表2 分网格走访, in the order of the grids."""
    names = ("households", *_BY_GRID)
    total = NodeLine(
        summary.node_id, wording("report.total"), summary.now.visits, summary.now.homes, summary.now.demands
    )
    return Table(
        caption=wording("summary.caption.by_grid"),
        columns=(
            Column(wording("summary.column.grid")),
            *(Column(wording(f"summary.column.{name}"), ColumnKind.NUMBER) for name in names),
            Column(wording("summary.column.coverage"), ColumnKind.PERCENT),
            Column(wording("summary.column.collected"), ColumnKind.NUMBER),
        ),
        rows=tuple(_grid_row(line) for line in summary.lines),
        total=_grid_row(total),
        note=wording("summary.note.by_grid"),
        key="by_grid",
    )


def _grid_row(line: NodeLine) -> tuple[Cell, ...]:
    counts = (getattr(line.visits, name) for name in _BY_GRID)
    return (
        line.name,
        line.homes.households,
        *counts,
        half_year_coverage(line.homes),
        line.demands.registered,
    )


# -- 表3, and the same by source ------------------------------------------------


def code_name(line: CodeLine, catalogue: str, wording: Wording) -> str:
    """The community's own name of a code, else the product's, else the code."""
    key = f"catalogue.{catalogue}.{line.code}"
    return line.name or (wording(key) if wording.has(key) else line.code)


def by_code(
    lines: Iterable[CodeLine], catalogue: str, caption: str, summary: Summary, wording: Wording, key: str
) -> Table:
    """Demands by a code of theirs, with all of them in the last row."""
    return Table(
        caption=caption,
        columns=(
            Column(wording(f"summary.column.{catalogue}")),
            *(Column(wording(f"summary.column.{name}"), ColumnKind.NUMBER) for name in CATEGORY_COLUMNS),
        ),
        rows=tuple((code_name(line, catalogue, wording), *_code_row(line.demands)) for line in lines),
        total=(wording("report.total"), *_code_row(summary.now.demands)),
        note=wording("summary.note.by_category"),
        key=key,
    )


def _code_row(demands: DemandFigures) -> tuple[Cell, ...]:
    return tuple(getattr(demands, name) for name in CATEGORY_COLUMNS)


def by_category(summary: Summary, wording: Wording) -> Table:
    """表3 诉求分类."""
    caption = wording("summary.caption.by_category")
    return by_code(summary.categories, "demand_category", caption, summary, wording, "by_category")


# -- 表4 and 表5 ----------------------------------------------------------------------------------


def key_demands(summary: Summary, wording: Wording) -> Table:
    """表4 重点诉求, masked: place to the building, who answers for it by the post."""
    widths = {"place": 18, "summary": 40, "post": 14, "progress": 20}
    names = ("no", "place", "summary", "level", "post", "due", "progress")
    note = wording("summary.note.key_demands")
    if summary.key_demands_left:
        note = f"{note} {wording('summary.note.key_demands_left', count=summary.key_demands_left)}"
    return Table(
        caption=wording("summary.caption.key_demands"),
        columns=tuple(
            Column(
                wording(f"summary.column.key.{name}"),
                ColumnKind.CODE if name in ("no", "due") else ColumnKind.TEXT,
                widest=widths.get(name, 14),
            )
            for name in names
        ),
        rows=tuple(_key_row(line, wording) for line in summary.key_demands),
        note=note if summary.key_demands else wording("summary.note.no_key_demands"),
        key="key_demands",
    )


def _key_row(line: KeyDemand, wording: Wording) -> tuple[Cell, ...]:
    building = wording("report.building", no="{no}")
    why = wording(f"summary.why.{line.why}")
    return (
        line.no,
        masked_text(line.place, (), building) or None,
        excerpt(masked_text(line.title, (), building), TITLE) or None,
        wording(f"choices.demand.solve_level.{line.level}"),
        wording(f"shell.post.{line.post}") if line.post else None,
        line.due_at[:10] or None,
        wording("summary.progress", state=wording(f"choices.demand.state.{line.state}"), why=why),
    )


def issues(summary: Summary, wording: Wording) -> Table:
    """表5 议事与决议."""
    names = ("issue", "stage", "resolutions", "done", "next_step")
    rows = []
    for line in summary.issues:
        step = excerpt(masked_text(line.next_step), TITLE)
        rows.append(
            (
                excerpt(masked_text(line.title), TITLE),
                wording(f"summary.stage.{line.stage}"),
                line.resolutions,
                wording("summary.done_of", done=line.done, total=line.resolutions)
                if line.resolutions
                else None,
                wording("summary.next_step", step=step, day=line.next_on) if step else None,
            )
        )
    return Table(
        caption=wording("summary.caption.issues"),
        columns=tuple(
            Column(
                wording(f"summary.column.issue.{name}"),
                ColumnKind.NUMBER if name == "resolutions" else ColumnKind.TEXT,
                Align.CENTRE if name in ("stage", "done") else None,
                widest=40 if name in ("issue", "next_step") else 12,
            )
            for name in names
        ),
        rows=tuple(rows),
        note="" if rows else wording("summary.note.no_issues"),
        key="issues",
    )


# -- 表6 and 表7 ----------------------------------------------------------------------------------


def lists(summary: Summary, wording: Wording) -> Table | None:
    """表6 三张清单变化; None where the node is not the community."""
    if summary.lists is None:
        return None
    return Table(
        caption=wording("summary.caption.lists"),
        columns=(
            Column(wording("summary.column.list.name")),
            *(Column(wording(f"summary.column.list.{name}"), ColumnKind.NUMBER) for name in LIST_COLUMNS),
        ),
        rows=tuple(
            (
                wording(f"summary.list.{name}"),
                *(getattr(getattr(summary.lists, name), c) for c in LIST_COLUMNS),
            )
            for name in LISTS
        ),
        note=wording("summary.note.lists", sessions=summary.lists.sessions, people=summary.lists.people),
        key="lists",
    )


def not_in_use(wording: Wording) -> Table:
    """表7 阵地·活动·志愿: what the community does not keep yet is said to be so."""
    return Table(
        caption=wording("summary.caption.not_in_use"),
        columns=(Column(wording("summary.column.part")), Column(wording("summary.column.state"))),
        rows=tuple((wording(f"summary.part.{name}"), wording("summary.not_in_use")) for name in NOT_IN_USE),
        key="not_in_use",
    )


# -- 表8 ------------------------------------------------------------------------------------------------


def arranged(summary: Summary, wording: Wording) -> Table:
    """表8 下周安排: day by day duty, planned visits and meetings; of many grids only how many."""
    lines = summary.next_period
    shown = lines if len(lines) <= _MANY_LINES else tuple(_by_day(lines, wording))
    names = ("day", "post", "node", "what")
    return Table(
        caption=wording(f"summary.caption.next.{summary.period.kind}"),
        columns=tuple(
            Column(
                wording(f"summary.column.next.{name}"),
                ColumnKind.DAY if name == "day" else ColumnKind.TEXT,
                widest=28 if name == "what" else 24,
            )
            for name in names
        ),
        rows=tuple(_next_row(line, wording) for line in shown),
        note="" if lines else wording("summary.note.nothing_next"),
        key="next",
    )


def _by_day(lines: Iterable[NextLine], wording: Wording) -> Iterable[NextLine]:
    """One line for each day with its duty and visits; meetings stay one by one."""
    groups: dict[tuple[str, bytes], list[NextLine]] = {}
    for line in lines:
        groups.setdefault((line.day, line.id if line.kind == "meeting" else b""), []).append(line)
    for (day, _), found in groups.items():
        if found[0].kind == "meeting":
            yield found[0]
            continue
        nodes = tuple(dict.fromkeys(line.node for line in found))
        posts = tuple(dict.fromkeys(line.post for line in found if line.post))
        node = nodes[0] if len(nodes) == 1 else wording("summary.nodes", first=nodes[0], count=len(nodes))
        kinds = {line.kind for line in found}
        kind = "both" if len(kinds) > 1 else kinds.pop()
        yield NextLine(day, kind, ",".join(posts), node, sum(line.count for line in found))


def _next_row(line: NextLine, wording: Wording) -> tuple[Cell, ...]:
    posts = [wording(f"shell.post.{post}") for post in line.post.split(",") if post]
    if line.kind in ("visits", "both"):
        what = wording(f"summary.arranged.{line.kind}", count=line.count)
    elif line.kind == "meeting":
        what = wording(f"choices.meeting.kind.{line.what}")
    else:
        part = wording(f"choices.duty.part.{line.what}") if line.what else ""
        what = wording("summary.arranged.duty", part=part).strip()
    return Day(line.day) if line.day else None, wording("report.and").join(posts) or None, line.node, what
