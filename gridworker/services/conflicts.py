"""Choosing between two values. Every choice is an act that can be undone for 30 days; nothing is closed without
one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from gridworker.errors import FieldInvalid, NotFound
from gridworker.models.entity import Kind
from gridworker.models.op import Draft, OpKind, Value
from gridworker.models.registry import BY_NAME
from gridworker.services.acts import Done, do
from gridworker.store.audit import Act
from gridworker.store.connection import Connection
from gridworker.store.statements import run
from gridworker.store.store import Store


class How(StrEnum):
    """KEEP what stands now · TAKE the other value · BOTH, one after the other, for longer texts · OTHER: a third."""

    KEEP = "keep"
    TAKE = "take"
    BOTH = "both"
    OTHER = "other"


_STATES = {How.KEEP: "kept", How.TAKE: "taken", How.BOTH: "both", How.OTHER: "taken"}


@dataclass(frozen=True)
class Choice:
    """What a person chose for one conflict. `text` is the third value for OTHER; `signed` who wrote the value that is
    added for BOTH."""

    conflict_id: bytes
    how: How
    text: str = ""
    signed: str = ""


def choose(store: Store, choices: Sequence[Choice]) -> Done:
    """Close conflicts as chosen, all in one act: the values are written and reach everybody with the next sync.

    Raises NotFound for a conflict that is not open any more, FieldInvalid, NotAllowed; then nothing was changed."""
    with store.read() as connection:
        found = [(choice, _conflict(connection, choice.conflict_id)) for choice in choices]
        drafts = [draft for choice, row in found for draft in _drafts(connection, choice, row)]
    first = found[0][1] if found else ("", b"", "", None)
    return do(store, drafts, Act("conflict_chosen", str(first[0]), bytes(first[1])), bytes(first[1]))


_Row = tuple[str, bytes, str, str | None]


def _conflict(connection: Connection, conflict_id: bytes) -> _Row:
    row = run(
        connection,
        "SELECT entity, record_id, field, mine FROM conflict WHERE id = ? AND state = 'open' AND deleted = 0",
        (conflict_id,),
    ).fetchone()
    if row is None:
        raise NotFound(what="conflict")
    return row[0], row[1], row[2], row[3]


def _drafts(connection: Connection, choice: Choice, row: _Row) -> list[Draft]:
    entity, record, field, mine = row
    closing = Draft(
        "conflict", choice.conflict_id, OpKind.SET, {"state": _STATES[choice.how]}, {"state": "open"}
    )
    if choice.how is How.KEEP:
        return [closing]
    now, deleted = run(
        connection, f"SELECT {field}, deleted FROM {entity} WHERE id = ?", (record,)
    ).fetchone()
    written = Draft(
        entity, record, OpKind.SET, {field: _value(entity, field, mine, now, choice)}, {field: now}
    )
    revived = [Draft(entity, record, OpKind.RESTORE, {})] if deleted else []
    return [*revived, written, closing]


def _value(entity: str, field: str, mine: str | None, now: Value, choice: Choice) -> Value:
    if choice.how is How.BOTH:
        signature = f"（{choice.signed}）" if choice.signed else ""
        return "\n".join(part for part in (str(now or ""), f"{mine or ''}{signature}") if part)
    text = choice.text.strip() if choice.how is How.OTHER else mine
    if text is None or text == "":
        return None
    declared = BY_NAME[entity].field(field)
    if declared.kind is Kind.REF:
        return bytes.fromhex(text)
    if declared.kind in (Kind.INT, Kind.BOOL):
        if not text.lstrip("-").isdigit():
            raise FieldInvalid(entity=entity, record="", field=field, reason="not_a_number")
        return int(text)
    return text
