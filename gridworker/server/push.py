"""Takes in the ops of one request: each exactly once, in device order, judged against present rights, written
set-wise in one transaction with their results. Reads and writes rows only through the store's `apply`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from gridworker.models.demand import DEMAND, REFERRAL
from gridworker.models.op import POSTPONED, SERVER_BUG, Op, OpKind, OpResult, Outcome
from gridworker.models.registry import BY_NAME
from gridworker.models.upcasting import SCHEMA
from gridworker.models.validation import Rules
from gridworker.server import forgetting, receipts, rehoming
from gridworker.server.auth import Device
from gridworker.server.database import Domain, lock_domain
from gridworker.server.feed import Record
from gridworker.server.holding import Holding, accept_group, is_acceptance
from gridworker.server.incoming import Incoming, check_order, read_ops
from gridworker.server.pointers import write_feed
from gridworker.server.race import spoils_all
from gridworker.server.receipts import rejected
from gridworker.server.refusal import Refusal
from gridworker.server.scope import View
from gridworker.store.apply import apply_group
from gridworker.store.connection import Connection
from gridworker.store.judging import Actor, Judge
from gridworker.store.reading_ahead import prefetch
from gridworker.store.workspace import Shape, Workspace, Written
from gridworker.sync.protocol.messages import REVOKED

_RUN = 2_000
_EVENT, _APPLIED, _REJECTED = OpKind.EVENT, Outcome.APPLIED, Outcome.REJECTED


@dataclass(frozen=True)
class Context:
    """Everything a batch is judged by."""

    domain: Domain
    device: Device
    view: View
    today: str
    now: int

    @property
    def place(self) -> receipts.Place:
        return receipts.Place(self.domain.id, self.device, self.now)


@dataclass
class Pushed:
    """`results` in the order of the ops. `clean`: the sender's picture of these records is the server's, if it had
    everything up to its cursor. `shown`: it must replace its picture. `head`, `tree_version`: as they are now."""

    results: tuple[OpResult, ...] = ()
    clean: frozenset[Record] = frozenset()
    shown: Mapping[Record, OpResult] = field(default_factory=dict)
    domain: Domain | None = None


@dataclass
class _Judged:
    results: dict[int, OpResult] = field(default_factory=dict)
    written: list[Written] = field(default_factory=list)


def take_in(connection: Connection, context: Context, ops: msgspec.Raw, cursor: int | None) -> Pushed:
    """Judge and write `ops` in the caller's transaction, which holds `lock`. `cursor` is what the sender has seen.

    Raises Refusal 400 for ops out of order or without an envelope, 413 for too many, 426 for what only a newer server
    can read."""
    incoming = read_ops(ops)
    _check_schema(incoming)
    device = context.device
    check_order(incoming, device.last_seq)
    known = receipts.known(connection, context.place, incoming, device.last_seq)
    results, again = known.results, set(known.results)
    judged = _judge(connection, context, known.fresh)
    stale = _stale_before(connection, context, judged.written, cursor)
    domain = write_feed(connection, context.domain, judged.written)
    domain = rehoming.follow(connection, domain, judged.written, context.today)
    results.update(receipts.keep(connection, context.place, known, judged.results, domain.head))
    if incoming[-1].envelope.seq > device.last_seq:
        connection.exec_driver_sql(
            "UPDATE device SET last_seq = ? WHERE domain_id = ? AND device_id = ?",
            (incoming[-1].envelope.seq, domain.id, device.id),
        )
    clean, shown = _sides(incoming, results, again, {(w.entity, w.record_id) for w in judged.written} - stale)
    ordered = tuple(results[item.envelope.seq] for item in incoming)
    return Pushed(ordered, clean, shown, domain)


def _check_schema(incoming: Sequence[Incoming]) -> None:
    """A sender that is newer than this server waits with all it has: refused one by one its ops would be gone from its
    screen, though nothing is wrong with them."""
    if any(item.op is not None and item.op.schema > SCHEMA for item in incoming):
        raise Refusal(426, "schema_newer", f"this server reads ops up to schema {SCHEMA}")


# -- order ------------------------------------------------------------------------------------------------------


def lock(connection: Connection, device: Device) -> tuple[Device, Domain]:
    """Device and community as they are now, and nobody else changes them before this transaction ends. Lock order:
    device, head, rows. Everything that is judged by or sent is read afterwards.

    Raises Refusal 403 for a device revoked a moment ago."""
    last_seq, state = connection.exec_driver_sql(
        "UPDATE device SET last_seq = last_seq WHERE domain_id = ? AND device_id = ? RETURNING last_seq, state",
        (device.domain_id, device.id),
    ).one()
    if state == REVOKED:
        raise Refusal(403, "device_revoked", "this device was revoked")
    return replace(device, last_seq=last_seq, state=state), lock_domain(connection, device.domain_id)


# -- judging -----------------------------------------------------------------------------------------------------


def _judge(connection: Connection, context: Context, fresh: Sequence[Incoming]) -> _Judged:
    """Judge all groups in memory and write them at once. If that fails, each group on its own: the one that cannot
    be written is answered, and delays no other."""
    groups = list(_groups(fresh))
    connection.exec_driver_sql("SAVEPOINT batch")
    try:
        judged = _judge_together(connection, context, groups)
    except Exception as error:  # whatever one op breaks, the others must not wait for it
        if spoils_all(error):
            raise
        connection.exec_driver_sql("ROLLBACK TO batch")
        judged = _judge_apart(connection, context, groups)
    connection.exec_driver_sql("RELEASE batch")
    return judged


def _groups(fresh: Sequence[Incoming]) -> Iterable[list[Incoming]]:
    group: list[Incoming] = []
    for item in fresh:
        if group and group[0].envelope.txn != item.envelope.txn:
            yield group
            group = []
        group.append(item)
    if group:
        yield group


def _judge_together(connection: Connection, context: Context, groups: Sequence[list[Incoming]]) -> _Judged:
    judged = _Judged()
    workspace = _workspace(connection, context)
    prefetch(workspace, [item.op for group in groups for item in group if item.op])
    refused: set[bytes] = set()
    holding = Holding(connection, workspace, context.device, context.view.ids, _judge_of(context))
    holding.look_for_erased([item.op for group in groups for item in group if item.op])
    actor = _actor(connection, context)
    for group in groups:
        for result in _judge_group(workspace, actor, group, refused, holding):
            judged.results[result.seq] = result
    erased = forgetting.empty_held(connection, context.domain.id, workspace)
    judged.written = workspace.flush()
    forgetting.forget(connection, context.domain.id, erased)
    return judged


def _judge_apart(connection: Connection, context: Context, groups: Sequence[list[Incoming]]) -> _Judged:
    judged = _Judged()
    failed: set[bytes] = set()
    for group in groups:
        if any(item.op and _leans_on(item.op, failed) for item in group):  # judged once what it leans on is
            judged.results.update({i.envelope.seq: rejected(i, POSTPONED) for i in group})
            failed.update(item.op.record for item in group if item.op)
            continue
        connection.exec_driver_sql("SAVEPOINT one")
        try:
            alone = _judge_together(connection, context, [group])
        except Exception as error:
            if spoils_all(error):
                raise
            connection.exec_driver_sql("ROLLBACK TO one")
            alone = _Judged({i.envelope.seq: rejected(i, SERVER_BUG) for i in group})
            failed.update(item.op.record for item in group if item.op)
        connection.exec_driver_sql("RELEASE one")
        judged.results.update(alone.results)
        judged.written += alone.written
    return judged


def _workspace(connection: Connection, context: Context) -> Workspace:
    workspace = Workspace(connection, Shape(context.domain.id))
    workspace.use_tree(context.view.tree)
    return workspace


def _judge_group(
    workspace: Workspace,
    actor: Actor,
    group: Sequence[Incoming],
    refused: set[bytes],
    holding: Holding,
) -> list[OpResult]:
    ops, postponed = [], False
    for item in group:
        postponed = postponed or item.envelope.postponed
        if item.op is not None:
            ops.append(item.op)
    if postponed:
        refused.update(item.op.record for item in group if item.op)
        return [rejected(item, POSTPONED) for item in group]
    if len(ops) < len(group):
        good = {op.seq for op in ops}
        return [rejected(i, "depends_on" if i.envelope.seq in good else "unreadable") for i in group]
    if holding.erased and holding.is_about_erased(ops):
        return holding.put(ops, "erased")
    accepting = refused_any = False
    for op in ops:
        accepting = accepting or (op.kind is _EVENT and is_acceptance(op))
    results = (accept_group if accepting else apply_group)(workspace, ops, actor, holding.judge)
    for result in results:
        refused_any = refused_any or result.outcome is _REJECTED
    if not refused_any:
        return results
    held = holding.hold(ops, results)
    if held is not None:
        return held
    for place, (op, result) in enumerate(zip(ops, results, strict=True)):
        if result.outcome is Outcome.REJECTED:
            if result.code in ("record_missing", "parent_missing") and _leans_on(op, refused):
                results[place] = msgspec.structs.replace(result, code="depends_on")
            refused.add(op.record)
    return results


def _actor(connection: Connection, context: Context) -> Actor:
    """Whole plans are the one way to tree and posts. A copy of a laptop sends what was numbered under its old name, and
    a community that stood alone what was numbered before it was brought here."""
    device = context.device
    rows = connection.exec_driver_sql(
        "SELECT number, account_id FROM device WHERE domain_id = ? AND (account_id = ? OR account_id IS NULL)",
        (device.domain_id, device.account_id),
    ).fetchall()
    own = frozenset(number for number, account in rows if account is not None)
    unowned = frozenset(number for number, account in rows if account is None)
    return Actor(device.member_id, device.id, context.view.grants, False, own, unowned)


def _judge_of(context: Context) -> Judge:
    rules = Rules(today=context.today, practice=context.domain.practice)
    return Judge(context.today, rules, authoritative=True)


def _leans_on(op: Op, refused: set[bytes]) -> bool:
    return op.record in refused or any(
        value in refused for value in op.set.values() if isinstance(value, bytes)
    )


# -- writing -----------------------------------------------------------------------------------------------------


def _stale_before(
    connection: Connection, context: Context, written: Sequence[Written], cursor: int | None
) -> set[Record]:
    """Records among `written` that somebody else had changed after `cursor`, and new ones below such a record: their
    sender has not seen that, and may have let go of what it made below one that had left."""
    if cursor is None:
        return {(w.entity, w.record_id) for w in written}
    above = {(w.entity, w.record_id): w.parents for w in written if w.created}
    asked: dict[str, dict[bytes, None]] = {}
    for item in written:
        for entity, record in above.get((item.entity, item.record_id), ((item.entity, item.record_id),)):
            asked.setdefault(entity, {})[record] = None
    changed = {
        (entity, record)
        for entity in asked
        for record in _changed_since(connection, context, cursor, entity, list(asked[entity]))
    }
    for item in written:  # parents come before their children
        if not changed.isdisjoint(above.get((item.entity, item.record_id), ())):
            changed.add((item.entity, item.record_id))
    return changed


def _changed_since(
    connection: Connection, context: Context, cursor: int, entity: str, records: Sequence[bytes]
) -> Iterable[bytes]:
    for start in range(0, len(records), _RUN):
        run = records[start : start + _RUN]
        rows = connection.exec_driver_sql(
            "SELECT record_id FROM feed WHERE domain_id = ? AND seq > ? AND entity = ? "
            f"AND record_id IN ({', '.join('?' * len(run))})",
            (context.domain.id, cursor, entity, *run),
        )
        yield from (row[0] for row in rows)


def show_later(connection: Connection, domain: Domain, view: View, shown: Mapping[Record, OpResult]) -> None:
    """The sender was given no page: the records it must be shown get a new place in the community's order, so that its
    next page brings them. For everybody else their version is the same. Of a held act the records may be out of sight
    just now; what is refused and out of sight is nobody's business."""
    places: list[tuple[bytes, str, bytes]] = []
    for (entity, record), result in shown.items():
        found = connection.exec_driver_sql(
            f"SELECT bucket_id, row_version FROM {entity} WHERE domain_id = ? AND id = ?", (domain.id, record)
        ).fetchone()
        as_made = found is not None and result.outcome is Outcome.APPLIED and result.row_version == found[1]
        if found and not as_made and (found[0] in view.ids or result.outcome is Outcome.HELD):
            places.append((found[0], entity, record))
    if places:
        (head,) = connection.exec_driver_sql(
            "UPDATE domain_head SET head = head + ? WHERE domain_id = ? RETURNING head",
            (len(places), domain.id),
        ).one()
        connection.exec_driver_sql(
            "UPDATE feed SET seq = ? WHERE domain_id = ? AND bucket_id = ? AND entity = ? AND record_id = ?",
            [(head - number, domain.id, *place) for number, place in enumerate(reversed(places))],
        )


def _sides(
    incoming: Sequence[Incoming], results: dict[int, OpResult], again: set[int], as_known: set[Record]
) -> tuple[frozenset[Record], Mapping[Record, OpResult]]:
    """The records the sender need not be sent, and those it must be sent whatever its cursor: a page may have brought
    what came `again` before its answer, with others' changes since below the sender's own."""
    shown: dict[Record, OpResult] = {}
    own: set[Record] = set()
    for item in incoming:
        if item.op is None or item.op.entity not in BY_NAME:
            continue
        seq, record = item.envelope.seq, (item.op.entity, item.op.record)
        own.add(record)
        must_see = seq in again or results[seq].outcome is not _APPLIED
        if must_see and (record not in shown or shown[record].outcome is _APPLIED):
            shown[record] = results[seq]
    if any(
        entity == REFERRAL.name for entity, _ in own
    ):  # the demands move along, without an op of their own
        own = {record for record in own if record[0] not in (DEMAND.name, REFERRAL.name)}
    return frozenset((own & as_known) - shown.keys()), shown
