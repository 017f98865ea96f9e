"""Lines of the ledgers 走访台账, 三张清单 and 议事台账 as they are read, before anything is masked. Frozen; codes are
named by the wording catalogue, days are `YYYY-MM-DD`, missing texts are empty. The 民情台账 has its `DemandLine`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One visit as amended. `contact` is the household's, or that of the shop; `child`: treated as under 14."""

    no: str
    on: str
    start_at: str
    grid: str
    micro_grid: str
    estate: str
    door: str
    target: str
    contact: str
    salutation: str
    child: bool
    mode: str
    outcome: str
    visitors: tuple[str, ...]
    said: str
    site: str
    next_step: str
    next_on: str


@dataclass(frozen=True, slots=True)
class NeedLine:
    """`answered_by` are the numbers and names of projects, issues and resources."""

    no: str
    title: str
    category: str
    area: str
    raised_on: str
    wanted_by: str
    answered_by: tuple[str, ...]
    state: str
    met_on: str


@dataclass(frozen=True, slots=True)
class ResourceLine:
    """`serves` are categories; `quantity` None for no limit."""

    name: str
    kind: str
    provider: str
    serves: tuple[str, ...]
    quantity: int | None
    measure: str
    price_mode: str
    valid_from: str
    valid_to: str
    contact_post: str
    state: str


@dataclass(frozen=True, slots=True)
class ProjectLine:
    no: str
    title: str
    year: int
    fund_source: str
    applicant: str
    lead_type: str
    lead_name: str
    goal: str
    start_on: str
    end_on: str
    needs: int
    sessions_planned: int
    state: str


@dataclass(frozen=True, slots=True)
class IssueLine:
    no: str
    title: str
    area: str
    raised_from: str
    raised_on: str
    level: str
    decision: str
    decided_on: str
    tasks: int
    done: int
    state: str


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """`issues` are numbers, `present` heads."""

    no: str
    kind: str
    area: str
    held_on: str
    start_at: str
    place: str
    issues: tuple[str, ...]
    present: int
    summary: str
    state: str


@dataclass(frozen=True, slots=True)
class ResolutionLine:
    issue_no: str
    meeting_no: str
    task: str
    owner: str
    helpers: str
    due_on: str
    state: str
    done_on: str
    evidence: str
