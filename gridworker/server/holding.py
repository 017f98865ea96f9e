"""Acts that wait for a person instead of being refused: their sender once had the scope and lost it, or leans on an
act that is held already. Made by the judge in the same transaction, decided by whoever has the right `held`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import msgspec

from gridworker.models.alias import MERGEABLE, RECORD_ALIAS, alias_id
from gridworker.models.days import plus_days
from gridworker.models.entity import BucketClass, BucketVia, Entity
from gridworker.models.erasure import ERASURE
from gridworker.models.held import HELD_DAYS, HELD_OP
from gridworker.models.ids import bucket_id, named_id
from gridworker.models.machine import EVENT
from gridworker.models.op import Op, OpKind, OpResult, Outcome, decode_ops, encode_ops
from gridworker.models.registry import BY_NAME
from gridworker.models.roles import ROLES
from gridworker.models.upcasting import SCHEMA
from gridworker.server.auth import Device
from gridworker.server.scope import once_seen
from gridworker.store.apply import apply_op
from gridworker.store.connection import Connection
from gridworker.store.judging import Actor, Case, Judge, Rejected, node_of
from gridworker.store.workspace import Row, Workspace, blank_row

_HELD = bytes.fromhex("5d1f3c0e7a5b5c3e8f4a1b2c3d4e5f60")
_RUN = 400


@dataclass
class Holding:
    """What the acts of one batch are held by. `held` are the records of acts
    held in it, with the node whose people decide."""

    connection: Connection
    workspace: Workspace
    device: Device
    visible: frozenset[bytes]
    judge: Judge
    held: dict[bytes, bytes] = field(default_factory=dict)
    erased: set[bytes] = field(default_factory=set)
    _lost: frozenset[bytes] | None = None

    def hold(self, ops: Sequence[Op], results: Sequence[OpResult]) -> list[OpResult] | None:
        """The results of a refused act if it is held instead, else None."""
        causes = [
            (op, result)
            for op, result in zip(ops, results, strict=True)
            if result.outcome is Outcome.REJECTED and not _only_follows(op, result, ops)
        ]
        if not causes or not all(self._is_due(op, result) for op, result in causes):
            return None
        if any(_is_never_held(op) for op in ops):
            return None
        return self.put(ops, "scope_lost")

    def look_for_erased(self, ops: Sequence[Op]) -> None:
        """Find out which records of the batch were erased before, in as few statements as can be."""
        known = self.connection.exec_driver_sql(
            "SELECT 1 FROM erasure WHERE domain_id = ? LIMIT 1", (self.device.domain_id,)
        ).fetchone()
        wanted = list({record for op in ops for record in _named(op)}) if known else []
        for start in range(0, len(wanted), _RUN):
            part = wanted[start : start + _RUN]
            rows = self.connection.exec_driver_sql(
                f"SELECT record_id FROM erasure WHERE domain_id = ? AND record_id IN ({', '.join('?' * len(part))})",
                (self.device.domain_id, *part),
            )
            self.erased.update(row[0] for row in rows)

    def is_about_erased(self, ops: Sequence[Op]) -> bool:
        return bool(self.erased) and any(not self.erased.isdisjoint(_named(op)) for op in ops)

    def put(self, ops: Sequence[Op], reason: str) -> list[OpResult]:
        """Keep the act for a person; of one about an erased record only that there was one."""
        first, today = ops[0], self.judge.today
        record = named_id(_HELD, first.txn, self.device.id)
        node = self._owner(ops)
        row = blank_row(HELD_OP, record)
        row.update(
            bucket_id=bucket_id(node, HELD_OP.bucket.bucket_class),
            row_version=1,
            owner_id=node,
            reason=reason,
            member_id=self.device.member_id,
            device_id=self.device.id.hex(),
            entity=first.entity[:40],
            record_id=first.record,
            held_on=today,
            expires_on=plus_days(today, HELD_DAYS),
            ops=None if reason == "erased" else encode_ops(ops).decode(),
            state="rejected" if reason == "erased" else "open",
        )
        if self.workspace.get(HELD_OP.name, record) is None:
            self.workspace.put(HELD_OP.name, row)
        self.held.update((op.record, node) for op in ops)
        return [OpResult(op.seq, Outcome.HELD, code=reason, values={"held": record.hex()}) for op in ops]

    def _is_due(self, op: Op, result: OpResult) -> bool:
        entity = BY_NAME.get(op.entity)
        if entity is None:
            return False
        if result.code in ("record_missing", "parent_missing", "depends_on"):
            return self._leans_on_held(_named(op)) is not None
        if result.code != "not_allowed":
            return False
        return self._once_had(entity, op) or self._leans_on_held([op.record]) is not None

    def _leans_on_held(self, about: Sequence[bytes]) -> bytes | None:
        """The node that decides about a held act of the same person on one of the records `about`, or None."""
        for record in about:
            if record in self.held:
                return self.held[record]
        if not about:  # a tombstone names nothing
            return None
        marks = ", ".join("?" * len(about))
        found = self.connection.exec_driver_sql(
            "SELECT owner_id FROM held_op WHERE domain_id = ? AND state IN ('open', 'handed_over') "
            f"AND member_id = ? AND record_id IN ({marks}) LIMIT 1",
            (self.device.domain_id, self.device.member_id, *about),
        ).fetchone()
        return bytes(found[0]) if found else None

    # -- what the sender once had ----------------------------------------------------------------------------

    def _once_had(self, entity: Entity, op: Op) -> bool:
        """True if the sender once saw what the op is about and held a post with the right to write it."""
        if self._lost is None:
            self._lost = once_seen(self.connection, self.device) - self.visible
        if not self._had_right(entity.write) or self._sees_now(entity, op):
            return False
        buckets = self._lost | self.visible
        about = [each for each in _about(entity, op) if self.workspace.get(*each) is not None]
        if about:
            return all(self._lay_in(name, record, buckets) for name, record in about)
        return any(bucket in self._lost for bucket in self._places(entity, op))

    def _sees_now(self, entity: Entity, op: Op) -> bool:
        """What is seen as a whole and still refused is no matter of scope."""
        places = _about(entity, op)
        if entity.name in MERGEABLE:  # what was merged into another record is allowed where that one lies
            alias = self.workspace.get("record_alias", alias_id(entity.name, op.record))
            if alias is not None and not alias["deleted"] and isinstance(alias["winner_id"], bytes):
                places.append((entity.name, alias["winner_id"]))
        rows = [self.workspace.get(name, record) for name, record in places]
        known = [row["bucket_id"] in self.visible for row in rows if row is not None]
        return bool(known) and all(known)

    def _had_right(self, right: str) -> bool:
        rows = self.connection.exec_driver_sql(
            "SELECT DISTINCT role_code FROM appointment WHERE domain_id = ? AND member_id = ?",
            (self.device.domain_id, self.device.member_id),
        )
        return any(right in ROLES[code].may for (code,) in rows if code in ROLES)

    def _lay_in(self, entity: str, record: bytes, buckets: Collection[bytes]) -> bool:
        """True if the record lies or once lay in one of `buckets`: the feed has a pointer for each place it left."""
        row = self.workspace.get(entity, record)
        if row is not None and row["bucket_id"] in buckets:
            return True
        known = list(buckets)
        for start in range(0, len(known), _RUN):
            part = known[start : start + _RUN]
            found = self.connection.exec_driver_sql(
                f"SELECT 1 FROM feed WHERE domain_id = ? AND bucket_id IN ({', '.join('?' * len(part))}) "
                "AND entity = ? AND record_id = ? LIMIT 1",
                (self.device.domain_id, *part, entity, record),
            ).fetchone()
            if found is not None:
                return True
        return False

    def _places(self, entity: Entity, op: Op) -> list[bytes]:
        """The buckets in which a new record that stands at a stairwell or a node would lie or would have lain."""
        named = op.set.get(entity.bucket.field) if entity.bucket.field else None
        nodes: list[bytes] = []
        if entity.bucket.via is BucketVia.NODE and isinstance(named, bytes):
            nodes = [named]
        elif entity.bucket.via is BucketVia.UNIT and isinstance(named, bytes):
            rows = self.connection.exec_driver_sql(
                "SELECT micro_grid_id FROM coverage WHERE domain_id = ? AND unit_id = ?",
                (self.device.domain_id, named),
            )
            nodes = [row[0] for row in rows]
        return [bucket_id(node, entity.bucket.bucket_class) for node in nodes]

    def _owner(self, ops: Sequence[Op]) -> bytes:
        """The node whose people decide: where the records of the act lie now. Of one that concerns several, what they
        have in common above them: nobody reads there what is another micro-grid's."""
        tree = self.workspace.tree()
        assert tree.root is not None
        nodes = list(dict.fromkeys(node for op in ops if (node := self._node(op)) is not None))
        if not nodes:
            return next((n for op in ops if (n := self._leans_on_held(_named(op)))), tree.root)
        shared = [above for above in tree.lineage(nodes[0]) if all(above in tree.lineage(n) for n in nodes)]
        return shared[0] if shared else tree.root

    def _node(self, op: Op) -> bytes | None:
        """Where the record of `op` lies; None for one that is new in its act, as its parent is."""
        entity = BY_NAME.get(op.entity)
        if entity is None:
            return None
        row = self.workspace.get(op.entity, op.record) or {**blank_row(entity, op.record), **op.set}
        case = Case(self.workspace, op, entity, Actor(None, self.device.id, None), self.judge)
        try:
            return node_of(case, entity, row)
        except Rejected:
            return None


def _only_follows(op: Op, result: OpResult, act: Sequence[Op]) -> bool:
    """True for an op that is refused because another one of its own act is: the visitor of a visit that may not be."""
    made = {other.record for other in act if other is not op and other.kind is OpKind.CREATE}
    missing = result.code in ("record_missing", "parent_missing")
    return result.code == "depends_on" or (missing and not made.isdisjoint(_named(op)))


def _is_never_held(op: Op) -> bool:
    """What somebody asked for with separate consent must not reach those who decide, who see no care bucket; and a
    decision about a held act is not held itself."""
    entity = BY_NAME.get(op.entity)
    return entity is HELD_OP or (entity is not None and entity.bucket.bucket_class is BucketClass.CARE)


def _named(op: Op) -> list[bytes]:
    """Every record an op names. A tombstone may name its record again: erasing twice is erasing once."""
    if op.entity == ERASURE.name:
        return []
    return [op.record, *(value for value in op.set.values() if isinstance(value, bytes))]


def _about(entity: Entity, op: Op) -> list[tuple[str, bytes]]:
    """The records an op is about: its own if it is not new, those it shall hang on, and the one that a merge does away
    with. Somebody else may have made the same new one where the sender never saw it."""
    own = [(entity.name, op.record)] if op.kind is not OpKind.CREATE else []
    named = [(of, op.set.get(field)) for field, of in entity.bucket.parents]
    if entity is RECORD_ALIAS and op.set.get("entity") in MERGEABLE:
        named.append((str(op.set["entity"]), op.set.get("loser_id")))
    return own + [(of, value) for of, value in named if isinstance(value, bytes)]


# -- deciding ----------------------------------------------------------------------------------------------------


def expire(workspace: Workspace, today: str) -> None:
    """Acts nobody decided in time count as rejected, and the content of every old one goes."""
    domain = workspace.shape.lead
    rows = workspace.connection.exec_driver_sql(
        "SELECT id FROM held_op WHERE domain_id = ? AND expires_on < ? AND deleted = 0 "
        "AND (ops IS NOT NULL OR state IN ('open', 'handed_over'))",
        (domain, today),
    ).fetchall()
    for (record,) in rows:
        row = workspace.get(HELD_OP.name, record)
        if row is not None:
            state = "rejected" if row["state"] in ("open", "handed_over") else row["state"]
            version = int(str(row["row_version"])) + 1
            workspace.put(HELD_OP.name, {**row, "ops": None, "state": state, "row_version": version})


def is_acceptance(op: Op) -> bool:
    return op.entity == HELD_OP.name and op.kind is OpKind.EVENT and op.set.get(EVENT) == "accept"


def accept_group(workspace: Workspace, ops: Sequence[Op], actor: Actor, judge: Judge) -> list[OpResult]:
    """Judge an act that accepts held ones: each held act takes effect with the decider's rights in its writer's
    name. All or nothing; what still cannot take effect refuses the acceptance, and the act stays held."""
    waiting = {
        op.record: dict(workspace.get(HELD_OP.name, op.record) or {}) for op in ops if is_acceptance(op)
    }
    workspace.begin_group()
    results = [apply_op(workspace, op, actor, judge) for op in ops]
    for place, (op, result) in enumerate(zip(ops, results, strict=True)):
        if is_acceptance(op) and result.outcome in (Outcome.APPLIED, Outcome.MERGED):
            refused = _take_effect(workspace, waiting[op.record], actor, judge)
            if refused is not None:
                results[place] = OpResult(
                    op.seq, Outcome.REJECTED, code="held_refused", values={"why": refused.code}
                )
            else:  # the content is gone here, and must go where it was decided too
                results[place] = msgspec.structs.replace(result, outcome=Outcome.MERGED)
    if all(result.outcome is not Outcome.REJECTED for result in results):
        return results
    workspace.rollback_group()
    return [
        r if r.outcome is Outcome.REJECTED else OpResult(r.seq, Outcome.REJECTED, code="depends_on")
        for r in results
    ]


def _take_effect(workspace: Workspace, held: Row, actor: Actor, judge: Judge) -> OpResult | None:
    """The first refusal, or None. The content is needed no longer once it took effect."""
    member, device = held["member_id"], held["device_id"]
    assert isinstance(device, str) and (member is None or isinstance(member, bytes))
    if not held["ops"]:
        return OpResult(0, Outcome.REJECTED, code="erased")
    writer = Actor(member, bytes.fromhex(device), actor.grants, actor.commands)
    for op in decode_ops(str(held["ops"]).encode()):
        result = apply_op(workspace, op, writer, judge)
        if result.outcome is Outcome.REJECTED:
            return result
    present = workspace.get(HELD_OP.name, held["id"])
    assert present is not None
    workspace.put(HELD_OP.name, {**present, "ops": None})
    return None


def decision(record: bytes, event: str, values: dict[str, None | int | str | bytes], now_id: bytes) -> Op:
    """The op by which the operator decides, outside any device's order."""
    return Op(
        now_id, 1, now_id, HELD_OP.name, record, OpKind.EVENT, {EVENT: event, **values}, {}, schema=SCHEMA
    )


__all__ = ["Holding", "accept_group", "decision", "is_acceptance"]
