"""Demands as lists, boards and panels show them. Frozen; codes are named by the wording catalogue."""

from __future__ import annotations

from dataclasses import dataclass, field

from gridworker.models.limits import Standing
from gridworker.store.rows import Road


@dataclass(frozen=True)
class DemandFilter:
    """What of the demands in a scope is wanted; empty means no limit. `states` of the road, `standings` of the time
    limit (DUE, NEAR, OVERDUE); `owner_id` a member; `words` in number, outside number and title; `surfaced`:
    returned twice or more and still open; `referred`: another unit has it; `place` (field, id) such as
    ("household_id", …)."""

    states: frozenset[str] = frozenset()
    standings: frozenset[Standing] = frozenset()
    types: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    urgencies: frozenset[str] = frozenset()
    owner_id: bytes | None = None
    words: str = ""
    surfaced: bool = False
    referred: bool = False
    place: tuple[str, bytes] | None = None
    package_id: bytes | None = None


@dataclass(frozen=True)
class DemandRow:
    """One demand in a list. `place` is a door (`3-2-501`), the name of a shop, spot or area, or a stairwell; `estate`
    may be empty. `standing` is NONE once nothing runs. `surfaced`: it was returned twice. `referral` is "" or how the
    other unit, `referred_to`, stands with it."""

    id: bytes
    no: str
    title: str
    state: str
    type: str
    category: str
    source: str
    urgency: str
    place: str
    estate: str
    owner_id: bytes | None
    owner: str
    assignee: str
    reported_at: str
    due_at: str
    standing: Standing
    referral: str
    refer_kind: str
    referred_to: str
    surfaced: bool
    reopened: int
    household_id: bytes | None
    road: Road


@dataclass(frozen=True)
class DemandPage:
    """Some rows and where to go on (`demands(…, after=page.next)`), None at the end."""

    rows: tuple[DemandRow, ...]
    next: tuple[str, int] | None


@dataclass(frozen=True)
class BoardColumn:
    """One state of the board: how many, how many of them overdue, and the first rows by due time."""

    state: str
    count: int
    overdue: int
    rows: tuple[DemandRow, ...]


@dataclass(frozen=True)
class BoardCell:
    """One stage of the road at one level of the work: how many are open there, how many of them overdue, and the first
    rows by due time."""

    lane: str
    stage: str
    count: int
    overdue: int
    rows: tuple[DemandRow, ...]


@dataclass(frozen=True)
class DemandCounts:
    """`open`: not ended; of those whose limit runs, `due` today and `overdue` by now."""

    open: int = 0
    due: int = 0
    overdue: int = 0

    def __add__(self, other: DemandCounts) -> DemandCounts:
        return DemandCounts(self.open + other.open, self.due + other.due, self.overdue + other.overdue)


@dataclass(frozen=True)
class LogEntry:
    """One event of a demand. `changed`: (field, before, after), references by their names. `confirmed`: False while
    the server has not taken it yet. `back`: the event that was taken back."""

    id: bytes
    event: str
    at: str
    by: str
    by_id: bytes | None
    from_state: str
    to_state: str
    note: str
    changed: tuple[tuple[str, str, str], ...]
    confirmed: bool
    back: str = ""


@dataclass(frozen=True)
class DemandDetail:
    """One demand with everything its panel shows; `values` are all its fields by name, as an editor needs them."""

    row: DemandRow
    values: dict[str, None | int | str | bytes]
    reporter: str
    phone: str
    merged_into: tuple[bytes, str] | None
    merged_here: tuple[tuple[bytes, str], ...]
    log: tuple[LogEntry, ...]
    sent_to: tuple[tuple[int, str, str, str], ...] = field(default=())  # (round, unit, kind, state)


@dataclass(frozen=True)
class DigestLine:
    """One line of the weekly digest: a code ("" where none was given), registered in the week, closed in the week, open
    now and overdue now."""

    code: str
    new: int
    closed: int
    open: int
    overdue: int


@dataclass(frozen=True)
class Digest:
    """What the two committees look at every week."""

    by_source: tuple[DigestLine, ...]
    by_pair: tuple[DigestLine, ...]
    by_category: tuple[DigestLine, ...]


@dataclass(frozen=True)
class DemandLine:
    """One demand as the ledger 民情台账 has it, before anything is masked; `salutation` and `reporter` are empty for an
    anonymous one. `grid` and `micro_grid` are where it lay when it was registered; `child`:
    whoever reported it is treated as under 14."""

    row: DemandRow
    grid: str
    micro_grid: str
    reporter: str
    salutation: str
    phone: str
    content: str
    result: str
    closed_at: str
    channel: str
    revisited_at: str
    satisfaction: str
    outside_no: str
    became_no: str
    child: bool = False
