"""Meetings, issues, the three lists and what is arranged next, for the report of a period. Everything is read from the
days that the records themselves tell."""

from __future__ import annotations

import datetime as dt

from gridworker.models.days import CHINA
from gridworker.models.period import Period
from gridworker.models.plan import DUTY_PARTS
from gridworker.models.roles import SENIORITY, AreaTree
from gridworker.store.connection import Connection
from gridworker.store.day_figures import COUNTED_PLAN
from gridworker.store.queries.report_ground import Ground
from gridworker.store.report_rows import IssueLine, ListFigures, Lists, MeetingFigures, NextLine
from gridworker.store.statements import run

_HELD = "m.deleted = 0 AND m.state IN ('held', 'minuted')"
_STANDING = "p.deleted = 0 AND p.state IN ('confirmed', 'given')"
#: Where an issue stood, from its dated steps, the farthest first.
_STAGES = (
    ("fed_back_on", "closed"),
    ("notice_from", "implementing"),
    ("decided_on", "decided"),
    ("met_on", "deliberating"),
    ("reviewed_on", "reviewing"),
)
_UNFINISHED = ("merged", "rejected")


def made_on(record_id: bytes) -> str:
    """The day on which a record with a time-ordered id was made; "" for an id that tells none."""
    if record_id[6] >> 4 != 7:
        return ""
    seconds = int.from_bytes(record_id[:6]) / 1000
    return dt.datetime.fromtimestamp(min(seconds, 253402214400.0), CHINA).date().isoformat()


def meetings_held(
    connection: Connection, ground: Ground, first: str, last: str
) -> tuple[tuple[bytes, int], ...]:
    """The meetings held from `first` to `last` and how many people were at each."""
    rows = run(
        connection,
        "SELECT m.id, m.area_unit_id, (SELECT coalesce(sum(t.head_count), 0) FROM meeting_attendance t "
        f"WHERE t.meeting_id = m.id AND t.deleted = 0) FROM meeting m WHERE {_HELD} AND m.held_on BETWEEN ? AND ? "
        "ORDER BY m.held_on, m.rid",
        (first, last),
    )
    return tuple((row[0], row[2]) for row in rows if ground.whole and row[1] in ground.nodes)


def meeting_figures(connection: Connection, ground: Ground, first: str, last: str) -> MeetingFigures:
    """How many meetings were held, and the people at them."""
    held = meetings_held(connection, ground, first, last)
    return MeetingFigures(len(held), sum(people for _, people in held))


def issue_lines(connection: Connection, ground: Ground, first: str, last: str) -> tuple[IssueLine, ...]:
    """The issues under way from `first` to `last`, in the order of their numbers, as they stood at the end."""
    if not ground.whole:
        return ()
    rows = run(
        connection,
        "SELECT i.id, i.area_unit_id, i.title, i.state, i.reviewed_on, i.decided_on, i.notice_from, i.fed_back_on, "
        "(SELECT min(m.held_on) FROM agenda_item g JOIN meeting m ON m.id = g.meeting_id "
        f"WHERE g.issue_id = i.id AND g.deleted = 0 AND {_HELD}) FROM issue i "
        "WHERE i.deleted = 0 AND i.raised_on <= ? ORDER BY i.no, i.rid",
        (last,),
    ).fetchall()
    found = []
    for issue, node, title, state, reviewed, decided, noticed, fed_back, met in rows:
        days = {
            "reviewed_on": reviewed,
            "decided_on": decided,
            "notice_from": noticed,
            "fed_back_on": fed_back,
            "met_on": met,
        }
        ended = fed_back or (reviewed if state in _UNFINISHED else None)
        if node not in ground.nodes or (ended and ended < first):
            continue
        stage = next((name for key, name in _STAGES if days[key] and str(days[key]) <= last), "raised")
        if state in _UNFINISHED and ended and ended <= last:
            stage = state
        found.append(_issue_line(connection, issue, title, stage, last))
    return tuple(found)


def _issue_line(connection: Connection, issue: bytes, title: str, stage: str, last: str) -> IssueLine:
    tasks = run(
        connection,
        "SELECT r.task_text, r.due_on, coalesce(r.done_on, '') FROM resolution r JOIN meeting m ON m.id = r.meeting_id "
        "WHERE r.issue_id = ? AND r.deleted = 0 AND r.state <> 'stopped' AND m.held_on <= ? ORDER BY r.due_on, r.rid",
        (issue, last),
    ).fetchall()
    left = [task for task in tasks if not task[2] or task[2] > last]
    step, due = (left[0][0], left[0][1]) if left else ("", "")
    return IssueLine(issue, title, stage, len(tasks), len(tasks) - len(left), step, due)


# -- the three lists -----------------------------------------------------------------------------------------------

#: List → SQL of (id, first day, last day or None) of its records.
_LISTED = {
    "needs": "SELECT id, raised_on, CASE WHEN state = 'met' THEN met_on WHEN state = 'withdrawn' THEN '' END, state "
    "FROM need WHERE deleted = 0",
    "resources": "SELECT id, valid_from, CASE WHEN state = 'open' THEN valid_to ELSE '' END, state FROM resource "
    "WHERE deleted = 0",
    "projects": "SELECT id, '', finished_on, state FROM project WHERE deleted = 0",
}
_DROPPED = ("withdrawn", "rejected")


def listed(connection: Connection, name: str, first: str, last: str) -> dict[str, tuple[bytes, ...]]:
    """The records of a list (`needs`, `resources`, `projects`) by figure: new, matched, done, standing."""
    found: dict[str, list[bytes]] = {"new": [], "matched": [], "done": [], "standing": []}
    for record, begun, ended, state in run(connection, f"{_LISTED[name]} ORDER BY rid"):
        on = begun or made_on(record)
        if on and first <= on <= last:
            found["new"].append(record)
        if name != "resources" and ended and first <= ended <= last:
            found["done"].append(record)
        gone = ended == "" or state in _DROPPED or (ended is not None and ended <= last)
        if on and on <= last and not gone:
            found["standing"].append(record)
    column = name[:-1] + "_id"
    for record, promise, state, given in run(
        connection,
        f"SELECT p.{column}, p.id, p.state, p.given_on FROM resource_promise p WHERE {_STANDING} "
        f"AND p.{column} IS NOT NULL ORDER BY p.rid",
    ):
        if first <= made_on(promise) <= last and record not in found["matched"]:
            found["matched"].append(record)
        done = name == "resources" and state == "given" and given and first <= given <= last
        if done and record not in found["done"]:
            found["done"].append(record)
    return {figure: tuple(records) for figure, records in found.items()}


def list_figures(connection: Connection, ground: Ground, first: str, last: str) -> Lists | None:
    """The three lists; None for a node that is not the community: they are the community's own."""
    if not ground.is_community:
        return None
    needs, resources, projects = (
        ListFigures(**{figure: len(of) for figure, of in listed(connection, name, first, last).items()})
        for name in _LISTED
    )
    row = run(
        connection,
        "SELECT count(*), coalesce(sum(head_count), 0) FROM project_entry WHERE deleted = 0 AND kind = 'session' "
        "AND held_on BETWEEN ? AND ?",
        (first, last),
    ).fetchone()
    return Lists(needs, resources, projects, row[0], row[1])


def issues_between(connection: Connection, ground: Ground, first: str, last: str) -> tuple[int, int]:
    """How many issues were raised, and decided, from `first` to `last`."""
    rows = run(
        connection, "SELECT area_unit_id, raised_on, decided_on FROM issue WHERE deleted = 0"
    ).fetchall()
    here = [row for row in rows if ground.whole and row[0] in ground.nodes]
    raised, decided = (sum(bool(row[n]) and first <= row[n] <= last for row in here) for n in (1, 2))
    return raised, decided


# -- what comes next -----------------------------------------------------------------------------------------------


def arranged(connection: Connection, ground: Ground, period: Period) -> tuple[NextLine, ...]:
    """Meetings of the next `period`, and duty and planned visits of a week, by day. Persons appear as their posts."""
    if not ground.whole:
        return ()
    found = []
    if period.kind == "week":
        found = [*_duties(connection, ground, period), *_visits(connection, ground, period)]
    found += _meetings(connection, ground, period)
    return tuple(sorted(found, key=lambda line: line.day or "~"))  # within a day as they were found


def _duties(connection: Connection, ground: Ground, period: Period) -> list[NextLine]:
    tree = AreaTree({node.id: node.parent_id for node in ground.known.values()})
    near = {node for micro in ground.micros for node in tree.lineage(micro)} | ground.nodes
    rows = run(
        connection,
        "SELECT d.id, d.duty_on, d.part, d.member_id, d.area_unit_id FROM duty d WHERE d.deleted = 0 "
        "AND d.duty_on BETWEEN ? AND ? ORDER BY d.duty_on, d.rid",
        (period.first, period.last),
    ).fetchall()
    rows.sort(key=lambda row: (row[1], DUTY_PARTS.index(row[2])))
    posts = posts_of(connection, {row[3] for row in rows}, period.first)
    return [
        NextLine(on, "duty", posts.get(member, ""), ground.known[area].name, what=part, id=duty)
        for duty, on, part, member, area in rows
        if area in near
    ]


def _visits(connection: Connection, ground: Ground, period: Period) -> list[NextLine]:
    rows = run(
        connection,
        f"SELECT coalesce(i.planned_on, ''), i.unit_at, count(*) FROM plan_item i WHERE i.week = ? AND {COUNTED_PLAN} "
        "GROUP BY i.unit_at, i.planned_on",
        (str(period),),
    ).fetchall()
    places = {node: place for place, line in enumerate(ground.lines) for node in line.nodes}
    lines: dict[tuple[str, int], int] = {}
    for on, micro, number in rows:
        place = places.get(micro)
        if place is not None:
            lines[on, place] = lines.get((on, place), 0) + number
    return [
        NextLine(on, "visits", "", ground.lines[place].name, count=number, id=ground.lines[place].node_id)
        for (on, place), number in sorted(lines.items())
    ]


def _meetings(connection: Connection, ground: Ground, period: Period) -> list[NextLine]:
    rows = run(
        connection,
        "SELECT m.id, m.held_on, m.kind, m.chair_id, m.area_unit_id FROM meeting m WHERE m.deleted = 0 "
        "AND m.state <> 'cancelled' AND m.held_on BETWEEN ? AND ? ORDER BY m.held_on, m.rid",
        (period.first, period.last),
    ).fetchall()
    posts = posts_of(connection, {row[3] for row in rows}, period.first)
    return [
        NextLine(on, "meeting", posts.get(chair, ""), ground.known[area].name, what=kind, id=meeting)
        for meeting, on, kind, chair, area in rows
        if area in ground.nodes
    ]


def posts_of(connection: Connection, members: set[bytes], on: str) -> dict[bytes, str]:
    """Member → the code of the most responsible role held on the day."""
    rows = run(
        connection,
        "SELECT member_id, role_code FROM appointment WHERE deleted = 0 AND valid_from <= ?1 "
        "AND (valid_to IS NULL OR valid_to >= ?1)",
        (on,),
    )
    found: dict[bytes, str] = {}
    held = [row for row in rows if row[0] in members]
    for member, role in sorted(held, key=lambda row: (SENIORITY.get(row[1], len(SENIORITY)), row[1])):
        found.setdefault(member, role)
    return found


def plan_weeks(first: str, last: str) -> tuple[str, str]:
    """The first and the last week that begin from the day `first` to the day `last`; plans are made by the week."""
    begin, end = Period.of_day("week", first), Period.of_day("week", last)
    if begin.first < first:
        begin = begin.shifted(1)
    return str(begin), str(end)
