"""Frozen values about what people of a household agreed to and asked for, and what was merged into it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ConsentRow:
    """One consent of a resident; `withdrawn_on` None while it stands."""

    id: bytes
    resident_id: bytes
    person: str
    purposes: tuple[str, ...]
    fields: tuple[str, ...]
    method: str
    notice_version: str
    given_on: str
    separate: bool
    withdrawn_on: str | None


@dataclass(frozen=True)
class NeedRow:
    """A service that a resident asked for, until `valid_until`."""

    id: bytes
    resident_id: bytes
    person: str
    need: str
    valid_until: str
    by_self: bool
    note: str


@dataclass(frozen=True)
class Care:
    """What people of a household agreed to and asked for. `may_see_needs` False: needs are not for this account."""

    consents: tuple[ConsentRow, ...] = ()
    needs: tuple[NeedRow, ...] = ()
    may_see_needs: bool = False


@dataclass(frozen=True)
class Merged:
    """A household that was merged into the one shown."""

    id: bytes
    door: str
    code: str
    reason: str
