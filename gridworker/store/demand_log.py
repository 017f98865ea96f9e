"""The log of a demand: one entry for each event, written by whoever judges it. It replays to the state, and says which
steps stand and which were taken back."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

from gridworker.models.days import CHINA, PLAUSIBLE_YEARS
from gridworker.models.demand import DEMAND, DEMAND_EVENT, LOGGED
from gridworker.models.demand_machine import DEMAND_MACHINE
from gridworker.models.demand_rules import Step, standing
from gridworker.models.entity import Merge
from gridworker.models.ids import bucket_id, named_id
from gridworker.models.machine import EVENT, NOTE
from gridworker.models.op import OpKind, Value
from gridworker.store.connection import Connection
from gridworker.store.judging import Case, put_next
from gridworker.store.statements import run_many
from gridworker.store.transitions import AT
from gridworker.store.workspace import Row, blank_row

_LOG = bytes.fromhex("3c8d1e5f7a2b5d4c9e6f0a1b2c3d4e5f")
#: The fields that a log entry says of: those that events set, and those whose edit is logged.
_ROAD = tuple(f for f in DEMAND.fields if (f.merge is Merge.STATE and f.name != "state") or f.name in LOGGED)
#: The entry of an edit.
EDIT = "edit"


def log_id(op_id: bytes) -> bytes:
    """The id of the log entry that the op leaves behind."""
    return named_id(_LOG, op_id)


def moment(case: Case) -> str:
    """When the event happened: as the person said, else as the sender's clock says if that can be."""
    said = case.op.set.get(AT)
    if isinstance(said, str) and said:
        return said
    seconds = min(max(case.op.at / 1000, 0), 253402214400)
    shown = dt.datetime.fromtimestamp(seconds, CHINA)
    text = shown.strftime("%Y-%m-%d %H:%M")
    plausible = shown.year in PLAUSIBLE_YEARS and text[:10] <= case.judge.today
    return text if plausible else f"{case.judge.today} 00:00"


def write_log(
    case: Case, before: Row, after: Row, node: bytes, at: str, *, event: str = "", step: Value = None
) -> None:
    """The entry that the op of `case` leaves in the log of the demand, which lies at `node`; `step` is the entry that
    it takes back."""
    record = log_id(case.op.op_id)
    known = case.workspace.get(DEMAND_EVENT.name, record)
    if known is not None and known["row_version"]:
        return  # the server's own entry came already
    entry = blank_row(DEMAND_EVENT, record)
    changed = {
        f.name: [_plain(before[f.name]), _plain(after[f.name])]
        for f in _ROAD
        if before[f.name] != after[f.name]
    }
    entry.update(
        bucket_id=bucket_id(node, DEMAND_EVENT.bucket.bucket_class),
        demand_id=after["id"],
        event=event or ("register" if case.op.kind is OpKind.CREATE else case.op.set[EVENT]),
        turn=after["turn"],
        at=at,
        by_member_id=case.actor.member_id or _signer(case, before, after),
        from_state=before["state"],
        to_state=after["state"],
        note=case.op.set.get(NOTE) if case.op.kind is OpKind.EVENT else None,
        due_at=after["due_at"],
        unit_at=node,
        changed=json.dumps(changed, ensure_ascii=False, separators=(",", ":"), sort_keys=True),
        step_id=step,
    )
    put_next(case, DEMAND_EVENT.name, entry)


def _signer(case: Case, before: Row, after: Row) -> Value:
    """Who did what a founder tells: whoever signed it, else whoever answered for the demand by then."""
    if before["state"] is None or case.op.kind is not OpKind.EVENT:
        return after["received_by_id"]
    signs = DEMAND_MACHINE.by_name[str(case.op.set[EVENT])].signs
    return case.op.set.get(signs) or before["owner_member_id"]


def _plain(value: Value) -> Value:
    return value.hex() if isinstance(value, bytes) else value


def entries_of(case: Case, row: Row) -> list[Row]:
    """The log of the demand `row`, the oldest entry first."""
    found = case.workspace.children(DEMAND_EVENT, "demand_id", (case.workspace.record_id(row),))
    return sorted(found, key=lambda entry: int(str(entry["turn"])))


def last_standing(case: Case, entries: Sequence[Row]) -> Row | None:
    """The entry that would be taken back now: the one that the op names as `step`, if all that followed was taken back
    itself, else the newest. None where something stands that followed."""
    if not entries:
        return None
    named = case.op.base.get("step")
    if not isinstance(named, str):
        return entries[-1]
    at = next((n for n, entry in enumerate(entries) if _plain(entry["id"]) == named), None)
    if at is None or standing([step_of(entry) for entry in entries[at + 1 :]]):
        return None
    return entries[at]


def step_of(entry: Row) -> Step:
    """An entry as the rules see it."""
    return Step(_plain(entry["id"]), str(entry["event"]), _plain(entry["step_id"]))


def drop_unconfirmed(connection: Connection, op_ids: Sequence[bytes]) -> None:
    """Let go of the log entries of ops that did not take effect at the server. What it keeps itself stays."""
    run_many(
        connection,
        f"DELETE FROM {DEMAND_EVENT.name} WHERE id = ? AND row_version = 0",
        [(log_id(op_id),) for op_id in op_ids],
    )
