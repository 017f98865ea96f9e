"""What a person does with changes the server did not take: try again, mend and resend, give up with a reason, or take
a copy out. Nothing of it is ever lost: what was given up stays readable, and every step is in the audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from gridworker.changes import Changes
from gridworker.errors import FieldInvalid, NotFound, TargetNotWritable
from gridworker.models.op import GIVEN_UP, Draft, Value
from gridworker.store import stuck
from gridworker.store.audit import Act, note
from gridworker.store.outbox import payloads_of
from gridworker.store.store import Saved, Store
from gridworker.store.taken_out import write_sealed
from gridworker.store.withdrawal import withdraw

_LONGEST = 200


def try_again(store: Store, op_ids: Sequence[bytes]) -> None:
    """Try these ops at the next exchange, whenever they would have been tried by themselves."""
    with store.database.write() as connection:
        stuck.hurry(connection, op_ids)


def give_up(store: Store, op_id: bytes, reason: str) -> Changes:
    """End the act of this op without the server and take its effect back here. Raises FieldInvalid without a reason,
    NotFound when it was taken by the server or is on its way."""
    with store.database.write() as connection:
        ended = stuck.give_up(connection, op_id, _checked(reason), store.clock.milliseconds())
        if not ended:
            raise NotFound(what="op")
        changes = withdraw(connection, ended)
        act = Act("given_up", ended[0].entity, ended[0].record, {"reason": reason, "ops": len(ended)})
        note(connection, act, store.known.member_id, store.clock.milliseconds())
    store.forget_cached()
    return changes


def resend_mended(store: Store, op_id: bytes, values: Mapping[str, Value]) -> Saved:
    """Save the act of this op anew with `values` in the place of its own, and give the old one up, in one
    transaction. Human numbers stay. Raises FieldInvalid, NotAllowed, NotFound; then nothing was changed."""
    with store.database.write() as connection:
        ended = stuck.give_up(connection, op_id, "mended", store.clock.milliseconds())
        if not ended:
            raise NotFound(what="op")
        withdraw(connection, ended)
        drafts = [
            Draft(op.entity, op.record, op.kind, {**op.set, **(values if op.op_id == op_id else {})}, op.base)
            for op in ended
        ]
        saved = store.save_within(
            connection, drafts, Act("resent_mended", ended[0].entity, ended[0].record, {"code": GIVEN_UP})
        )
    store.forget_cached()
    return saved


def take_out(store: Store, op_ids: Sequence[bytes]) -> bytes:
    """These ops as JSON, one in a line, for the operator. It holds personal data: the taking out is in the audit."""
    with store.database.write() as connection:
        lines = payloads_of(connection, op_ids)
        act = Act("ops_taken_out", payload={"ops": len(lines)})
        note(connection, act, store.known.member_id, store.clock.milliseconds())
    return b"\n".join(msgspec.json.format(line, indent=0) for line in lines) + b"\n"


def write_out(store: Store, op_ids: Sequence[bytes], target: Path) -> None:
    """These ops as a file that the server's operator alone can open.

    Raises TargetNotWritable, BundleNeedsNetwork, DiskFull, FolderReadOnly."""
    if not target.parent.is_dir():
        raise TargetNotWritable(path=str(target))
    write_sealed(store, target, take_out(store, op_ids))


def _checked(reason: str) -> str:
    text = reason.strip()
    if not text or len(text) > _LONGEST:
        raise FieldInvalid(
            entity="op", record="", field="reason", reason="required" if not text else "too_long"
        )
    return text
