"""The resident's slip 居民回单: printed with a code that is shown once; with it the resident rates how the demand was
handled, through another account than any of its owners."""

from __future__ import annotations

from dataclasses import dataclass

from gridworker.errors import FieldInvalid, NotFound
from gridworker.models.demand import DEMAND, DEMAND_SLIP
from gridworker.models.ids import new_id
from gridworker.models.op import Value
from gridworker.models.slip import hash_of, is_code, new_code, new_salt, read_code
from gridworker.services.acts import Done, create, do
from gridworker.services.demands import cause
from gridworker.store.audit import Act
from gridworker.store.demanding import changed_fields
from gridworker.store.statements import run
from gridworker.store.store import Store

UNRATED = "unrated"


@dataclass(frozen=True)
class Slip:
    """A new slip. `code` is here and nowhere else: it is printed and forgotten."""

    done: Done
    code: str


def make(store: Store, demand_id: bytes) -> Slip:
    """A slip for the demand. Raises NotAllowed, NotFound; then nothing was changed."""
    with store.read() as connection:
        known = run(connection, "SELECT 1 FROM demand WHERE id = ? AND deleted = 0", (demand_id,)).fetchone()
    if known is None:
        raise NotFound(what=DEMAND.name)
    code, salt, record = new_code(), new_salt(), new_id()
    values: dict[str, Value] = {
        "demand_id": demand_id,
        "made_on": store.clock.moment().strftime("%Y-%m-%d"),
        "salt": salt,
        "code_hash": hash_of(code, salt),
    }
    act = Act("demand_slip_made", DEMAND.name, demand_id)
    return Slip(do(store, [create(DEMAND_SLIP.name, record, values)], act, record), code)


def is_of(store: Store, demand_id: bytes, typed: str) -> bool:
    """Whether `typed` is the code of a slip of this demand. Raises FieldInvalid for what cannot be a code."""
    try:
        code = read_code(typed)
    except ValueError as error:
        raise FieldInvalid(
            entity=DEMAND_SLIP.name, record="", field="code_hash", reason="not_a_slip_code"
        ) from error
    with store.read() as connection:
        slips = run(
            connection,
            "SELECT salt, code_hash FROM demand_slip WHERE demand_id = ? AND deleted = 0",
            (demand_id,),
        ).fetchall()
    return any(is_code(code, salt, kept) for salt, kept in slips)


def rate(store: Store, demand_id: bytes, typed: str, satisfaction: str, reason: str = "") -> Done:
    """The resident's rating, against the code of the slip: the revisit of the demand. Through the account of whoever
    owns or owned it, it counts as unrated.

    Raises FieldInvalid (field code_hash) for another code, EventRefused where there is nothing to rate or by whoever
    handled it, NotAllowed, NotFound; then nothing was changed."""
    if not is_of(store, demand_id, typed):
        raise FieldInvalid(entity=DEMAND_SLIP.name, record="", field="code_hash", reason="slip_of_another")
    owners = _owners(store, demand_id)
    own = store.known.member_id in owners
    return cause(
        store,
        demand_id,
        "revisit",
        satisfaction=UNRATED if own else satisfaction,
        satisfaction_reason=None if own else reason,
    )


def _owners(store: Store, demand_id: bytes) -> frozenset[object]:
    """Everybody who owns the demand or ever did."""
    with store.read() as connection:
        logged = run(
            connection,
            "SELECT d.owner_member_id, e.changed FROM demand d JOIN demand_event e ON e.demand_id = d.id "
            "WHERE d.id = ?",
            (demand_id,),
        ).fetchall()
    pairs = (changed_fields(row[1] or "").get("owner_member_id", ()) for row in logged)
    return frozenset(one for one in (*(row[0] for row in logged), *(m for p in pairs for m in p)) if one)
