"""The outbox: every op of this device in order, until the server has answered it and 30 days beyond. An op never
leaves it unanswered. Knows nothing of networks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from gridworker.models.op import Op, OpResult, decode_op
from gridworker.store.connection import Connection
from gridworker.store.statements import run, run_many, scalar

#: new: not sent · sent: sent, no answer yet · done: answered · own: this community stands alone
NEW, SENT, DONE, OWN = "new", "sent", "done", "own"
_UNANSWERED = "state IN ('new', 'sent')"
_CHUNK = 400
#: SQL for an answer that a person must look at; an open conflict is counted by its own record.
NEEDS_ATTENTION = "(state = 'done' AND result LIKE '%\"outcome\":\"rejected\"%')"


def next_seq(connection: Connection) -> int:
    return int(scalar(connection, "SELECT max(coalesce(max(seq), 0), 0) + 1 FROM outbox"))


def add(connection: Connection, ops: Iterable[Op], state: str, at: int) -> None:
    run_many(
        connection,
        "INSERT INTO outbox (seq, op_id, txn, entity, record_id, payload, state, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(o.seq, o.op_id, o.txn, o.entity, o.record, msgspec.json.encode(o), state, at) for o in ops],
    )


def batch(connection: Connection, max_ops: int, max_bytes: int) -> list[bytes]:
    """The next unanswered ops as JSON, in device order, cut between acts. An act larger than the limits goes alone."""
    rows = run(
        connection,
        f"SELECT txn, payload FROM outbox WHERE {_UNANSWERED} ORDER BY seq LIMIT ?",
        (max_ops + 1,),
    ).fetchall()
    chosen: list[bytes] = []
    size, start = 0, 0
    while start < len(rows):
        end = start
        while end < len(rows) and rows[end][0] == rows[start][0]:
            end += 1
        group = [row[1] for row in rows[start:end]]
        weight = sum(map(len, group))
        whole = end < len(rows) or len(rows) <= max_ops
        if chosen and (not whole or len(chosen) + len(group) > max_ops or size + weight > max_bytes):
            break
        chosen += group if whole else _whole_act(connection, rows[start][0])
        size, start = size + weight, end
        if not whole:
            break
    return chosen


def _whole_act(connection: Connection, txn: bytes) -> list[bytes]:
    rows = run(connection, "SELECT payload FROM outbox WHERE txn = ? ORDER BY seq", (txn,))
    return [row[0] for row in rows]


def mark_sent(connection: Connection, seqs: Sequence[int]) -> None:
    run_many(
        connection, "UPDATE outbox SET state = 'sent' WHERE state = 'new' AND seq = ?", [(s,) for s in seqs]
    )


def pending_records(connection: Connection) -> set[tuple[str, bytes]]:
    """The records with ops the server has not answered."""
    rows = run(connection, f"SELECT DISTINCT entity, record_id FROM outbox WHERE {_UNANSWERED}")
    return {(row[0], row[1]) for row in rows}


def pending_ops(connection: Connection, record_id: bytes) -> list[Op]:
    rows = run(
        connection,
        f"SELECT payload FROM outbox WHERE record_id = ? AND {_UNANSWERED} ORDER BY seq",
        (record_id,),
    )
    return [decode_op(row[0]) for row in rows]


def settle(connection: Connection, results: Sequence[OpResult]) -> list[tuple[OpResult, str, bytes]]:
    """Store the server's answers. Returns each newly answered op with its entity and record."""
    first = {result.seq: result for result in reversed(results)}  # of two answers to one op the first counts
    seqs, settled = sorted(first), []
    for start in range(0, len(seqs), _CHUNK):
        part = seqs[start : start + _CHUNK]
        sql = f"SELECT seq, entity, record_id FROM outbox WHERE seq IN ({', '.join('?' * len(part))}) AND {_UNANSWERED}"
        rows = run(connection, f"{sql} ORDER BY seq", part)
        settled += [(first[seq], entity, record) for seq, entity, record in rows]
    if settled:
        run_many(
            connection,
            "UPDATE outbox SET state = 'done', result = ? WHERE seq = ?",
            [(msgspec.json.encode(result), result.seq) for result, _, _ in settled],
        )
    return settled


def renumber(connection: Connection) -> None:
    """Give the unanswered ops places from 1 in a new incarnation, in their old order and with their ids; answered
    ones step below zero, where they stay readable."""
    lowest = scalar(connection, "SELECT min(coalesce(min(seq), 0), 0) FROM outbox")
    highest = scalar(connection, "SELECT max(coalesce(max(seq), 0), 0) FROM outbox")
    pending = run(connection, f"SELECT seq, payload FROM outbox WHERE {_UNANSWERED} ORDER BY seq").fetchall()
    run(
        connection, "UPDATE outbox SET seq = ? + seq WHERE seq > 0", (highest,)
    )  # out of the way of both ends
    run(
        connection, f"UPDATE outbox SET seq = ? - seq + {highest} WHERE seq > 0 AND state = 'done'", (lowest,)
    )
    for place, (seq, payload) in enumerate(pending, 1):
        op = msgspec.structs.replace(decode_op(payload), seq=place)
        values = (place, msgspec.json.encode(op), highest + seq)
        run(connection, "UPDATE outbox SET seq = ?, payload = ?, state = 'new' WHERE seq = ?", values)
