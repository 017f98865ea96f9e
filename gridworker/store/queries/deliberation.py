"""Issues, meetings and resolutions as they are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gridworker.errors import NotFound
from gridworker.models.deliberation import STAGE_OF, WITHOUT_VOTE
from gridworker.models.registry import BY_NAME
from gridworker.store.connection import Connection
from gridworker.store.queries.meeting_rules import meeting_rule
from gridworker.store.queries.road import roads
from gridworker.store.rows import Road
from gridworker.store.statements import run
from gridworker.store.store import Store

PAGE = 100
Key = tuple[str, int]


@dataclass(frozen=True)
class IssueRow:
    """One issue. `stage`: raised, reviewing, deliberating or implementing (提 审 议 落). `done` of `resolutions`."""

    id: bytes
    no: str
    title: str
    area_id: bytes
    area: str
    raised_from: str
    raised_on: str
    level: str
    category: str
    state: str
    stage: str
    meetings: int
    resolutions: int
    done: int
    road: Road
    key: Key


@dataclass(frozen=True)
class ResolutionRow:
    """One resolution. `due_on` is the extended day where there is one; `overdue` while it is open and past it."""

    id: bytes
    issue_id: bytes
    issue_no: str
    issue: str
    meeting_id: bytes
    task: str
    owner_org: str
    owner: str
    helpers: str
    budget_fen: int | None
    due_on: str
    state: str
    overdue: bool
    done_on: str
    evidence: str
    fed_back_on: str
    satisfaction: str
    road: Road
    key: Key


@dataclass(frozen=True)
class NeedLink:
    """A need out of which an issue was raised: its number and state."""

    id: bytes
    no: str
    title: str
    state: str


@dataclass(frozen=True)
class MeetingRow:
    """One meeting. `present` people came, `voters` of them with a vote; `issues` on the agenda."""

    id: bytes
    no: str
    kind: str
    area_id: bytes
    area: str
    held_on: str
    start_at: str
    place: str
    state: str
    issues: int
    present: int
    voters: int
    road: Road
    key: Key


@dataclass(frozen=True)
class IssueDetail:
    """An issue with all that belongs to it. `values` are its fields by name."""

    row: IssueRow
    values: dict[str, None | int | str | bytes]
    merged_into_no: str
    needs: tuple[NeedLink, ...]
    meetings: tuple[MeetingRow, ...]
    votes: tuple[VoteRow, ...]
    resolutions: tuple[ResolutionRow, ...]


@dataclass(frozen=True)
class AttendanceRow:
    """How many came in a capacity; `member` only for somebody of the organisation."""

    id: bytes
    capacity: str
    head_count: int
    member_id: bytes | None
    member: str
    advice: str


@dataclass(frozen=True)
class VoteRow:
    """A vote. `carried`: more than half of those with a vote agreed."""

    meeting_id: bytes
    issue_id: bytes
    method: str
    votes_for: int
    votes_against: int
    votes_abstain: int
    carried: bool


@dataclass(frozen=True)
class MeetingDetail:
    """A meeting with agenda, attendance, votes and resolutions. `quorate` is None where nobody said how many should
    come."""

    row: MeetingRow
    values: dict[str, None | int | str | bytes]
    convenor: str
    chair: str
    recorder: str
    agenda: tuple[IssueRow, ...]
    attendance: tuple[AttendanceRow, ...]
    votes: tuple[VoteRow, ...]
    resolutions: tuple[ResolutionRow, ...]
    quorate: bool | None


def _in(column: str, values: Sequence[object]) -> str:
    return f" AND {column} IN ({', '.join('?' * len(values))})" if values else ""


def _alone(store: Store) -> bool:
    return store.known.authority == "self"


# -- issues --------------------------------------------------------------------------------------------------------

_ISSUES = (
    "SELECT i.id, i.no, i.title, i.area_unit_id, coalesce(a.name, ''), i.raised_from, i.raised_on, i.level, "
    "coalesce(i.category, ''), i.state, "
    "(SELECT count(*) FROM agenda_item g WHERE g.issue_id = i.id AND g.deleted = 0), "
    "(SELECT count(*) FROM resolution r WHERE r.issue_id = i.id AND r.deleted = 0), "
    "(SELECT count(*) FROM resolution r WHERE r.issue_id = i.id AND r.deleted = 0 AND r.state = 'done'), i.rid "
    "FROM issue i LEFT JOIN area_unit a ON a.id = i.area_unit_id "
)


def issues(
    store: Store,
    stages: Sequence[str] = (),
    nodes: Sequence[bytes] = (),
    after: Key | None = None,
    limit: int = PAGE,
) -> tuple[IssueRow, ...]:
    """A page of issues of `stages` at `nodes` (everywhere if none are named), the newest first."""
    states = [state for state, stage in STAGE_OF.items() if stage in stages]
    more = _in("i.state", states) + _in("i.area_unit_id", nodes)
    values: list[object] = [*states, *nodes]
    if after:
        more += " AND (i.raised_on < ? OR (i.raised_on = ? AND i.rid < ?))"
        values += [after[0], after[0], after[1]]
    with store.read() as connection:
        return _issue_rows(
            store,
            connection,
            f"WHERE i.deleted = 0{more} ORDER BY i.raised_on DESC, i.rid DESC LIMIT ?",
            (*values, limit),
        )


def _issue_rows(
    store: Store, connection: Connection, more: str, values: Sequence[object]
) -> tuple[IssueRow, ...]:
    rows = run(connection, f"{_ISSUES}{more}", tuple(values)).fetchall()
    road = roads(connection, _alone(store), [row[0] for row in rows])
    return tuple(
        IssueRow(*(*row[:10], STAGE_OF[row[9]], *row[10:13], road[row[0]], (row[6], row[13]))) for row in rows
    )


def issue(store: Store, issue_id: bytes) -> IssueDetail:
    """One issue. Raises NotFound."""
    with store.read() as connection:
        rows = _issue_rows(store, connection, "WHERE i.deleted = 0 AND i.id = ?", (issue_id,))
        if not rows:
            raise NotFound(what="issue")
        values = _values(connection, "issue", issue_id)
        into = run(connection, "SELECT no FROM issue WHERE id = ?", (values["merged_into_id"],)).fetchone()
        needs = run(
            connection,
            "SELECT n.id, n.no, n.title, n.state FROM issue_need l JOIN need n ON n.id = l.need_id "
            "WHERE l.issue_id = ? AND l.deleted = 0 AND n.deleted = 0 ORDER BY n.no",
            (issue_id,),
        ).fetchall()
        listed = "JOIN agenda_item g ON g.meeting_id = m.id AND g.deleted = 0 AND g.issue_id = ?"
        return IssueDetail(
            rows[0],
            values,
            into[0] if into else "",
            tuple(NeedLink(*row) for row in needs),
            _meeting_rows(
                store, connection, f"{listed} WHERE m.deleted = 0 ORDER BY m.held_on, m.rid", (issue_id,)
            ),
            _votes(connection, "issue_id", issue_id),
            _resolution_rows(store, connection, " AND r.issue_id = ? ORDER BY r.due_on, r.rid", (issue_id,)),
        )


def _values(connection: Connection, entity: str, record: bytes) -> dict[str, None | int | str | bytes]:
    names = tuple(field.name for field in BY_NAME[entity].wire_fields)
    row = run(connection, f"SELECT {', '.join(names)} FROM {entity} WHERE id = ?", (record,)).fetchone()
    return dict(zip(names, row, strict=True))


# -- meetings ------------------------------------------------------------------------------------------------------

_SILENT = ", ".join(f"'{capacity}'" for capacity in WITHOUT_VOTE)
_MEETINGS = (
    "SELECT m.id, m.no, m.kind, m.area_unit_id, coalesce(a.name, ''), m.held_on, coalesce(m.start_at, ''), "
    "coalesce(m.place_text, ''), m.state, "
    "(SELECT count(*) FROM agenda_item g WHERE g.meeting_id = m.id AND g.deleted = 0), "
    "(SELECT coalesce(sum(t.head_count), 0) FROM meeting_attendance t WHERE t.meeting_id = m.id AND t.deleted = 0), "
    "(SELECT coalesce(sum(t.head_count), 0) FROM meeting_attendance t WHERE t.meeting_id = m.id AND t.deleted = 0 "
    f"AND t.capacity NOT IN ({_SILENT})), m.rid "
    "FROM meeting m LEFT JOIN area_unit a ON a.id = m.area_unit_id "
)


def meetings(
    store: Store,
    states: Sequence[str] = (),
    nodes: Sequence[bytes] = (),
    after: Key | None = None,
    limit: int = PAGE,
) -> tuple[MeetingRow, ...]:
    """A page of meetings, the latest day first."""
    more, values = _in("m.state", states) + _in("m.area_unit_id", nodes), list[object]([*states, *nodes])
    if after:
        more += " AND (m.held_on < ? OR (m.held_on = ? AND m.rid < ?))"
        values += [after[0], after[0], after[1]]
    with store.read() as connection:
        return _meeting_rows(
            store,
            connection,
            f"WHERE m.deleted = 0{more} ORDER BY m.held_on DESC, m.rid DESC LIMIT ?",
            (*values, limit),
        )


def _meeting_rows(
    store: Store, connection: Connection, more: str, values: Sequence[object]
) -> tuple[MeetingRow, ...]:
    rows = run(connection, f"{_MEETINGS}{more}", tuple(values)).fetchall()
    road = roads(connection, _alone(store), [row[0] for row in rows])
    return tuple(MeetingRow(*(*row[:12], road[row[0]], (row[5], row[12]))) for row in rows)


def meeting(store: Store, meeting_id: bytes) -> MeetingDetail:
    """One meeting. Raises NotFound."""
    with store.read() as connection:
        rows = _meeting_rows(store, connection, "WHERE m.deleted = 0 AND m.id = ?", (meeting_id,))
        if not rows:
            raise NotFound(what="meeting")
        values = _values(connection, "meeting", meeting_id)
        names = dict(
            run(
                connection,
                "SELECT id, name FROM member WHERE id IN (?, ?, ?)",
                (values["convenor_id"], values["chair_id"], values["recorder_id"]),
            ).fetchall()
        )
        listed = "JOIN agenda_item g ON g.issue_id = i.id AND g.deleted = 0 AND g.meeting_id = ?"
        attendance = run(
            connection,
            "SELECT t.id, t.capacity, t.head_count, t.member_id, coalesce(m.name, ''), coalesce(t.advice, '') "
            "FROM meeting_attendance t LEFT JOIN member m ON m.id = t.member_id "
            "WHERE t.meeting_id = ? AND t.deleted = 0 ORDER BY t.rid",
            (meeting_id,),
        ).fetchall()
        due = values["members_due"]
        return MeetingDetail(
            rows[0],
            values,
            names.get(values["convenor_id"], ""),
            names.get(values["chair_id"], ""),
            names.get(values["recorder_id"], ""),
            _issue_rows(
                store, connection, f"{listed} WHERE i.deleted = 0 ORDER BY g.sort_no, g.rid", (meeting_id,)
            ),
            tuple(AttendanceRow(*row) for row in attendance),
            _votes(connection, "meeting_id", meeting_id),
            _resolution_rows(store, connection, " AND r.meeting_id = ? ORDER BY r.rid", (meeting_id,)),
            quorate=rows[0].voters * meeting_rule(connection, "quorum") >= due
            if isinstance(due, int)
            else None,
        )


def _votes(connection: Connection, column: str, record: bytes) -> tuple[VoteRow, ...]:
    rows = run(
        connection,
        "SELECT v.meeting_id, v.issue_id, v.method, v.votes_for, v.votes_against, v.votes_abstain, "
        "(SELECT coalesce(sum(t.head_count), 0) FROM meeting_attendance t WHERE t.meeting_id = v.meeting_id "
        f"AND t.deleted = 0 AND t.capacity NOT IN ({_SILENT})) "
        f"FROM meeting_vote v WHERE v.deleted = 0 AND v.{column} = ? ORDER BY v.rid",
        (record,),
    )
    share = meeting_rule(connection, "majority")
    return tuple(VoteRow(*(*row[:6], row[3] * share > row[6])) for row in rows)


# -- resolutions ---------------------------------------------------------------------------------------------------

_DUE = "coalesce(r.extended_to, r.due_on)"
_RESOLUTIONS = (
    "SELECT r.id, r.issue_id, i.no, i.title, r.meeting_id, r.task_text, coalesce(o.name, ''), coalesce(m.name, ''), "
    f"coalesce(r.helper_names, ''), r.budget_fen, {_DUE}, r.state, "
    f"r.state IN ('todo', 'doing', 'delayed') AND {_DUE} < ?, coalesce(r.done_on, ''), coalesce(r.evidence, ''), "
    "coalesce(r.fed_back_on, ''), coalesce(r.satisfaction, ''), r.rid "
    "FROM resolution r JOIN issue i ON i.id = r.issue_id LEFT JOIN org_unit o ON o.id = r.owner_org_id "
    "LEFT JOIN member m ON m.id = r.owner_member_id WHERE r.deleted = 0"
)


def resolutions(
    store: Store,
    states: Sequence[str] = (),
    after: Key | None = None,
    limit: int = PAGE,
    nodes: Sequence[bytes] = (),
) -> tuple[ResolutionRow, ...]:
    """A page of resolutions of issues at `nodes` (everywhere if none are named), what is due first."""
    more = _in("r.state", states) + _in("i.area_unit_id", nodes)
    values: list[object] = [*states, *nodes]
    if after:
        more += f" AND ({_DUE} > ? OR ({_DUE} = ? AND r.rid > ?))"
        values += [after[0], after[0], after[1]]
    with store.read() as connection:
        return _resolution_rows(store, connection, f"{more} ORDER BY {_DUE}, r.rid LIMIT ?", (*values, limit))


def _resolution_rows(
    store: Store, connection: Connection, more: str, values: Sequence[object]
) -> tuple[ResolutionRow, ...]:
    rows = run(connection, f"{_RESOLUTIONS}{more}", (store.clock.today(), *values)).fetchall()
    road = roads(connection, _alone(store), [row[0] for row in rows])
    return tuple(
        ResolutionRow(*(*row[:12], bool(row[12]), *row[13:17], road[row[0]], (row[10], row[17])))
        for row in rows
    )


def resolution_notes(store: Store, resolution_id: bytes) -> tuple[tuple[str, str], ...]:
    """How far a resolution was, day by day: (day, text)."""
    with store.read() as connection:
        rows = run(
            connection,
            "SELECT noted_on, text FROM resolution_note WHERE resolution_id = ? AND deleted = 0 ORDER BY noted_on, rid",
            (resolution_id,),
        )
        return tuple((row[0], row[1]) for row in rows)
