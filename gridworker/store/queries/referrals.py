"""What other units referred to units of this account: the inbox, and one referral. Who reported it is there only where
the sender ticked that they are needed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from gridworker.models.demand_machine import REFERRAL_STATES
from gridworker.store.statements import run, scalar
from gridworker.store.store import Store

_ARRIVED = (
    "SELECT r.id, r.demand_id, r.no, r.title, r.state, r.refer_kind, coalesce(r.refer_level, ''), r.round, "
)


@dataclass(frozen=True)
class ReferralRow:
    """One referral. `level` and `from_unit` may be "". `place` is no door. `here` says whether the demand itself may be
    opened on this computer."""

    id: bytes
    demand_id: bytes
    no: str
    title: str
    state: str
    kind: str
    level: str
    round: int
    from_unit: str
    to_unit: str
    place: str
    category: str
    urgency: str
    reason: str
    due_at: str
    member: str
    result: str
    returned_why: str
    reporter: str
    phone: str
    package_id: bytes | None
    here: bool


def referrals(
    store: Store,
    to_units: Collection[bytes] | None = None,
    states: Collection[str] = ("open", "accepted", "handled"),
) -> tuple[ReferralRow, ...]:
    """What was referred to these units (None: to any this account sees), in these states, the nearest limit first."""
    wanted = [state for state in REFERRAL_STATES if state in states]
    conditions, values = [f"r.state IN ({_marks(wanted)})"], list[Any](wanted)
    if to_units is not None:
        conditions.append(f"r.to_unit_id IN ({_marks(to_units)})")
        values += to_units
    return _rows(store, " AND ".join(conditions), tuple(values))


def rounds(store: Store, demand_id: bytes) -> tuple[ReferralRow, ...]:
    """Every round of a demand that this account sees, in their order."""
    return tuple(sorted(_rows(store, "r.demand_id = ?", (demand_id,)), key=lambda row: row.round))


def waiting(store: Store, units: Collection[bytes]) -> int:
    """How many referrals to these units nobody has taken on yet."""
    sql = f"SELECT count(*) FROM referral WHERE deleted = 0 AND state = 'open' AND to_unit_id IN ({_marks(units)})"
    with store.read() as connection:
        return int(scalar(connection, sql, tuple(units)) or 0)


def referral(store: Store, referral_id: bytes) -> ReferralRow | None:
    """One referral, or None where it is not here."""
    return next(iter(_rows(store, "r.id = ?", (referral_id,))), None)


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))


def _rows(store: Store, condition: str, values: tuple[Any, ...]) -> tuple[ReferralRow, ...]:
    with store.read() as connection:
        rows = run(
            connection,
            _ARRIVED + "coalesce(f.name, ''), t.name, coalesce(r.refer_place, ''), r.category, "
            "coalesce(r.urgency, ''), coalesce(r.reason, ''), coalesce(r.due_at, ''), coalesce(m.name, ''), "
            "coalesce(r.result_text, ''), coalesce(r.returned_why, ''), coalesce(r.reporter_name, ''), "
            "coalesce(r.reporter_phone, ''), r.package_id, d.id IS NOT NULL FROM referral r "
            "LEFT JOIN area_unit f ON f.id = r.from_unit_id LEFT JOIN area_unit t ON t.id = r.to_unit_id "
            "LEFT JOIN member m ON m.id = r.member_id LEFT JOIN demand d ON d.id = r.demand_id AND d.deleted = 0 "
            f"WHERE r.deleted = 0 AND {condition} ORDER BY r.due_at, r.id",
            values,
        ).fetchall()
    return tuple(ReferralRow(*(*row[:-1], bool(row[-1]))) for row in rows)
