"""What the community's authority itself does, from the command line: the same ops as everybody's, judged by the same
`apply`, in one transaction with their place in the order and a row in the audit."""

from __future__ import annotations

from collections.abc import Sequence

from gridworker.errors import FieldInvalid, NotFound
from gridworker.models.ids import new_id
from gridworker.models.machine import EVENT
from gridworker.models.op import Draft, Op, OpKind, OpResult, Outcome
from gridworker.models.upcasting import SCHEMA
from gridworker.models.validation import Rules
from gridworker.server import rehoming, trail
from gridworker.server.database import Domain, lock_domain
from gridworker.server.holding import accept_group, is_acceptance
from gridworker.server.pointers import write_feed
from gridworker.store.apply import apply_group
from gridworker.store.audit import Act
from gridworker.store.connection import Connection
from gridworker.store.judging import Actor, Judge
from gridworker.store.reading_ahead import prefetch
from gridworker.store.workspace import Shape, Workspace


def act(
    connection: Connection, domain: Domain, drafts: Sequence[Draft], done: Act, now: tuple[str, int]
) -> int:
    """Apply `drafts` as one act of the authority and note `done`; `now` is the day in China and the moment (ms).
    Returns how many rows changed, 0 when everything was so already. Raises FieldInvalid for what is refused."""
    domain = lock_domain(connection, domain.id)
    txn = new_id()
    ops = [
        Op(new_id(), n, txn, d.entity, d.record, d.kind, d.set, d.base, schema=SCHEMA)
        for n, d in enumerate(drafts, 1)
    ]
    workspace = Workspace(connection, Shape(domain.id))
    prefetch(workspace, ops)
    judge = Judge(now[0], Rules(today=now[0], practice=domain.practice), authoritative=True)
    judge_act = accept_group if any(map(is_acceptance, ops)) else apply_group
    results = judge_act(workspace, ops, Actor(None, domain.id, None), judge)
    refused = next((pair for pair in zip(ops, results, strict=True) if _is_refused(pair[1])), None)
    if refused is not None:
        op, result = refused
        reason = result.values.get("reason", result.code)
        raise FieldInvalid(entity=op.entity, record=op.record.hex(), field=result.field, reason=reason)
    written = workspace.flush()
    if written:
        rehoming.follow(connection, write_feed(connection, domain, written), written, now[0])
        trail.note(connection, domain.id, done, None, now[1])
    return len(written)


def _is_refused(result: OpResult) -> bool:
    return result.outcome is Outcome.REJECTED


def move_household(connection: Connection, domain: Domain, code: str, to: str, now: tuple[str, int]) -> int:
    """Move a household to the stairwell `to`: its own code, or ESTATE-BUILDING-UNIT by their codes. Its residents and
    visits go along; devices that no longer see it are told so. Raises NotFound, FieldInvalid."""
    home = _one(connection, domain, "household", code)
    found = connection.exec_driver_sql(
        "SELECT u.id FROM unit u JOIN building b ON b.domain_id = u.domain_id AND b.id = u.building_id "
        "JOIN estate e ON e.domain_id = b.domain_id AND e.id = b.estate_id WHERE u.domain_id = ? AND u.deleted = 0 "
        "AND (u.code = ? AND u.code LIKE '%-%' OR e.code || '-' || b.code || '-' || u.code = ?)",
        (domain.id, to, to),
    ).fetchall()
    if len(found) != 1:
        raise NotFound(unit=to, found=len(found))
    return _set(connection, domain, "household", home, ("unit_id", found[0][0]), now)


def move_area(connection: Connection, domain: Domain, code: str, to: str, now: tuple[str, int]) -> int:
    """Put an area below another one. No row of a household is rewritten; who sees it follows from the tree.

    Raises NotFound, FieldInvalid."""
    area, above = _one(connection, domain, "area_unit", code), _one(connection, domain, "area_unit", to)
    return _set(connection, domain, "area_unit", area, ("parent_id", above), now)


def _one(connection: Connection, domain: Domain, entity: str, code: str) -> bytes:
    found = connection.exec_driver_sql(
        f"SELECT id FROM {entity} WHERE domain_id = ? AND code = ? AND deleted = 0", (domain.id, code)
    ).fetchall()
    if len(found) != 1:
        raise NotFound(**{entity: code, "found": len(found)})
    record: bytes = found[0][0]
    return record


def _set(
    connection: Connection,
    domain: Domain,
    entity: str,
    record: bytes,
    change: tuple[str, bytes],
    now: tuple[str, int],
) -> int:
    name, value = change
    (before,) = connection.exec_driver_sql(
        f"SELECT {name} FROM {entity} WHERE domain_id = ? AND id = ?", (domain.id, record)
    ).one()
    draft = Draft(entity, record, OpKind.SET, {name: value}, {name: before})
    return act(connection, domain, [draft], Act(f"{entity}_moved", entity, record), now)


def set_lease(connection: Connection, domain: Domain, days: int, now: int) -> None:
    """From the next answer on every device has `days` until it must hear from the server again."""
    connection.exec_driver_sql("UPDATE domain_head SET lease_days = ? WHERE domain_id = ?", (days, domain.id))
    trail.note(connection, domain.id, Act("lease_set", payload={"days": days}), None, now)


def held_acts(connection: Connection, domain: Domain) -> list[tuple[bytes, str, str, str, str, str, str]]:
    """The acts that wait: id, state, reason, day, writer, area, entity; oldest first."""
    rows = connection.exec_driver_sql(
        "SELECT h.id, h.state, h.reason, h.held_on, coalesce(m.name, ''), coalesce(a.code, ''), h.entity "
        "FROM held_op h LEFT JOIN member m ON m.domain_id = h.domain_id AND m.id = h.member_id "
        "LEFT JOIN area_unit a ON a.domain_id = h.domain_id AND a.id = h.owner_id WHERE h.domain_id = ? "
        "AND h.deleted = 0 AND h.state IN ('open', 'handed_over') ORDER BY h.held_on, h.id",
        (domain.id,),
    )
    return [tuple(row) for row in rows]


def decide_held(
    connection: Connection,
    domain: Domain,
    begins: str,
    event: str,
    values: dict[str, str],
    now: tuple[str, int],
) -> bytes:
    """Accept, hand over (`values` names the area's code as `to`) or reject the held act whose id begins with
    `begins`. Returns its id. Raises NotFound, FieldInvalid (also when it still cannot take effect)."""
    found = [row[0] for row in held_acts(connection, domain) if row[0].hex().startswith(begins.lower())]
    if len(found) != 1 or not begins:
        raise NotFound(held=begins, found=len(found))
    given: dict[str, None | int | str | bytes] = {EVENT: event}
    if values.get("reason"):
        given["decision"] = values["reason"]
    if event == "hand_over":
        given["owner_id"] = _one(connection, domain, "area_unit", values.get("to", ""))
    draft = Draft("held_op", found[0], OpKind.EVENT, given)
    act(connection, domain, [draft], Act(f"held_{event}", "held_op", found[0]), now)
    return bytes(found[0])
