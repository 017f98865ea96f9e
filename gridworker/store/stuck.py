"""Ops the server fails on: set aside so that nothing unrelated waits for them, tried again on their own, and after
five failures over half an hour shown to a person. What leans on one waits behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

import msgspec

from gridworker.models.op import GIVEN_UP, POSTPONED, SERVER_BUG, Op, OpKind, OpResult, Outcome, decode_op
from gridworker.store.connection import Connection
from gridworker.store.outbox import BEHIND, DONE, STUCK, VOID
from gridworker.store.statements import run, run_many, scalar

#: Failures after which an op is shown to a person (as `store/outbox.py` counts it, too).
QUARANTINED = 5
_MINUTE, _HOUR = 60_000, 3_600_000
#: How long to wait after the first failures alone, and then in quarantine; the last one repeats.
_SOON = tuple(minutes * _MINUTE for minutes in (2, 5, 10, 15))
_LATER = (_HOUR // 2, _HOUR, 4 * _HOUR, 16 * _HOUR, 64 * _HOUR)


def set_aside(connection: Connection, now: int, why: str) -> None:
    """The first act still to be sent fails alone: it only keeps its place from now on. `now` in ms."""
    row = run(
        connection, "SELECT txn FROM outbox WHERE state IN ('new', 'sent') ORDER BY seq LIMIT 1"
    ).fetchone()
    if row is not None:
        run(
            connection,
            "UPDATE outbox SET state = 'stuck' WHERE txn = ? AND state IN ('new', 'sent')",
            (row[0],),
        )
        failed(connection, _ids_of(connection, row[0]), now, why)
        hold_back(connection)


def _ids_of(connection: Connection, txn: bytes) -> list[bytes]:
    return [row[0] for row in run(connection, "SELECT op_id FROM outbox WHERE txn = ? ORDER BY seq", (txn,))]


def failed(connection: Connection, op_ids: Iterable[bytes], now: int, why: str) -> None:
    """Count one more failure of these ops and set when they are tried again."""
    for op_id in op_ids:
        tries = int(scalar(connection, "SELECT tries FROM stuck WHERE op_id = ?", (op_id,)) or 0) + 1
        waits = _SOON[tries - 1] if tries < QUARANTINED else _LATER[min(tries - QUARANTINED, len(_LATER) - 1)]
        run(
            connection,
            "INSERT INTO stuck (op_id, tries, first_at, next_at, why, placed) VALUES (?, ?, ?, ?, ?, 0) "
            "ON CONFLICT (op_id) DO UPDATE SET tries = excluded.tries, next_at = excluded.next_at, why = excluded.why",
            (op_id, tries, now, now + waits, why),
        )


def is_any(connection: Connection) -> bool:
    """True while something is stuck or waits behind what was."""
    return scalar(connection, "SELECT 1 FROM outbox WHERE state IN ('stuck', 'behind') LIMIT 1") is not None


def hold_back(connection: Connection) -> None:
    """Let every unanswered act that leans on a stuck one wait behind it, and let go those that no longer do: acts on
    the same record, and acts that refer to a record which a waiting act makes."""
    if not is_any(connection):
        return
    rows = run(
        connection,
        "SELECT seq, txn, state, payload FROM outbox WHERE state IN ('new', 'sent', 'stuck', 'behind') ORDER BY seq",
    ).fetchall()
    records: set[bytes] = set()
    made: set[bytes] = set()
    changes: list[tuple[str, int]] = []
    for _, group in groupby(rows, key=lambda row: row[1]):
        act = list(group)
        ops = [decode_op(row[3]) for row in act]
        waits = any(row[2] == STUCK for row in act)
        leans = not waits and any(_leans(op, records, made) for op in ops)
        if waits or leans:
            records.update(op.record for op in ops)
            made.update(op.record for op in ops if op.kind is OpKind.CREATE)
        if not waits:
            changes += _changed(act, leans=leans)
    run_many(connection, "UPDATE outbox SET state = ? WHERE seq = ?", changes)


def _leans(op: Op, records: set[bytes], made: set[bytes]) -> bool:
    return op.record in records or any(isinstance(v, bytes) and v in made for v in op.set.values())


def _changed(act: Sequence[Sequence[object]], *, leans: bool) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for seq, _, state, _ in act:
        if leans is not (state == BEHIND):
            found.append((BEHIND if leans else "new", int(str(seq))))
    return found


def due(connection: Connection, now: int) -> list[bytes]:
    """The payloads of one stuck act whose time has come, or none. A clock that was set back makes it due at once
    rather than in years."""
    row = run(
        connection,
        "SELECT o.txn FROM stuck s JOIN outbox o ON o.op_id = s.op_id WHERE o.state = 'stuck' "
        "AND (s.next_at <= ? OR s.next_at > ?) ORDER BY s.next_at, o.seq LIMIT 1",
        (now, now + _LATER[-1]),
    ).fetchone()
    if row is None or _is_unplaced(connection, row[0]):
        return []
    sql = "SELECT payload FROM outbox WHERE txn = ? AND state = 'stuck' ORDER BY seq"
    return [row[0] for row in run(connection, sql, (row[0],))]


def _is_unplaced(connection: Connection, txn: bytes) -> bool:
    """True while the server was not told of the act's places: it would find a gap before them."""
    sql = (
        "SELECT 1 FROM outbox o JOIN stuck s ON s.op_id = o.op_id "
        "WHERE o.txn = ? AND o.state = 'stuck' AND s.placed = 0 LIMIT 1"
    )
    return scalar(connection, sql, (txn,)) is not None


def hurry(connection: Connection, op_ids: Sequence[bytes] | None = None) -> None:
    """Try these ops, or all that are stuck, at the next exchange: another version may know better."""
    if op_ids is None:
        run(connection, "UPDATE stuck SET next_at = 0")
    else:
        run_many(connection, "UPDATE stuck SET next_at = 0 WHERE op_id = ?", [(op_id,) for op_id in op_ids])


def sort_out(connection: Connection, results: Sequence[OpResult], now: int) -> list[OpResult]:
    """Take out of `results` those that are no last word, and note them. Returns the others."""
    unsettled = [result for result in results if result.code in (POSTPONED, SERVER_BUG)]
    for result in unsettled:
        row = run(
            connection, "SELECT op_id, state, entity FROM outbox WHERE seq = ?", (result.seq,)
        ).fetchone()
        if row is None or row[1] == DONE:
            continue
        op_id, state, _ = row
        if result.code == SERVER_BUG:
            run(connection, "UPDATE outbox SET state = 'stuck' WHERE seq = ?", (result.seq,))
            failed(connection, (op_id,), now, SERVER_BUG)
        _placed(connection, op_id, now)
        if state == VOID:
            run(connection, "UPDATE outbox SET state = 'done' WHERE seq = ?", (result.seq,))
        elif state in ("new", "sent") and result.code == POSTPONED:
            run(connection, "UPDATE outbox SET state = 'behind' WHERE seq = ?", (result.seq,))
    return [result for result in results if result.code not in (POSTPONED, SERVER_BUG)]


def _placed(connection: Connection, op_id: bytes, now: int) -> None:
    run(
        connection,
        "INSERT INTO stuck (op_id, tries, first_at, next_at, why, placed) VALUES (?, 0, ?, 0, '', 1) "
        "ON CONFLICT (op_id) DO UPDATE SET placed = 1",
        (op_id, now),
    )


def give_up(connection: Connection, op_id: bytes, reason: str, now: int) -> list[Op]:
    """End the act of `op_id` without the server: its ops stay readable, with the reason. Returns them, none when
    nobody may give it up: it was answered already and well, or is on its way."""
    found = run(
        connection,
        "SELECT seq, op_id, payload, state, result FROM outbox WHERE txn = "
        "(SELECT txn FROM outbox WHERE op_id = ?) AND (state = 'stuck' OR (state = 'done' AND result IS NOT NULL)) "
        "ORDER BY seq",
        (op_id,),
    ).fetchall()
    chosen = [row for row in found if row[3] == STUCK or _is_rejected(row[4])]
    for seq, own_id, _, state, _ in chosen:
        placed = scalar(connection, "SELECT placed FROM stuck WHERE op_id = ?", (own_id,))
        result = OpResult(seq, Outcome.REJECTED, code=GIVEN_UP, values={"reason": reason}, at=now)
        after = VOID if state == STUCK and not placed else DONE
        values = (after, msgspec.json.encode(result), seq)
        run(connection, "UPDATE outbox SET state = ?, result = ? WHERE seq = ?", values)
        if after == DONE:
            run(connection, "DELETE FROM stuck WHERE op_id = ?", (own_id,))
    hold_back(connection)
    return [decode_op(row[2]) for row in chosen]


def _is_rejected(result: bytes) -> bool:
    answer = msgspec.json.decode(result, type=OpResult)
    return answer.outcome is Outcome.REJECTED and answer.code != GIVEN_UP
