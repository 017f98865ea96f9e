"""The resident's slip 居民回单: printed with a code that is shown once; with it the resident rates how the demand was
handled, through another account than any of its owners."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import structs

from gridworker.errors import FieldInvalid, NotFound
from gridworker.models.demand import DEMAND, DEMAND_SLIP
from gridworker.models.ids import new_id
from gridworker.models.op import Value
from gridworker.models.slip import hash_of, is_proof, new_code, new_salt, proof_of, read_code
from gridworker.services.acts import Done, create, do
from gridworker.services.demands import event_draft
from gridworker.store.audit import Act
from gridworker.store.statements import run
from gridworker.store.store import Store


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
    return _slip_of(store, demand_id, typed) is not None


def _slip_of(store: Store, demand_id: bytes, typed: str) -> tuple[bytes, str] | None:
    """The slip of this demand that bears the code, and what proves that it was known."""
    try:
        code = read_code(typed)
    except ValueError as error:
        raise _wrong("not_a_slip_code") from error
    with store.read() as connection:
        slips = run(
            connection,
            "SELECT id, salt, code_hash FROM demand_slip WHERE demand_id = ? AND deleted = 0",
            (demand_id,),
        ).fetchall()
    for record, salt, kept in slips:
        proof = proof_of(code, salt)
        if is_proof(proof, kept):
            return record, proof
    return None


def _wrong(reason: str) -> FieldInvalid:
    return FieldInvalid(entity=DEMAND_SLIP.name, record="", field="code_hash", reason=reason)


def rate(store: Store, demand_id: bytes, typed: str, satisfaction: str, reason: str = "") -> Done:
    """The resident's rating, against the code of the slip: the revisit of the demand. Through the account of whoever
    owns or owned it, it counts as unrated: so says the judge, here and at the server.

    Raises FieldInvalid (field code_hash) for another code or a used one, EventRefused where there is nothing to rate or
    by whoever handled it, NotAllowed, NotFound; then nothing was changed."""
    found = _slip_of(store, demand_id, typed)
    if found is None:
        raise _wrong("slip_of_another")
    draft = event_draft(
        store, demand_id, "revisit", satisfaction=satisfaction, satisfaction_reason=reason or None
    )
    base = {**draft.base, "slip": found[0].hex(), "proof": found[1]}
    act = Act("demand_revisit", DEMAND.name, demand_id)
    return do(store, [structs.replace(draft, base=base)], act, demand_id)
