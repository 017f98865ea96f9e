"""The outbox: every op of this device in order, until the server has answered it and 30 days beyond. An op never
leaves it unanswered. Knows nothing of networks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from typing import Any

import msgspec

from gridworker.models.op import Op, OpResult, decode_op
from gridworker.store import state
from gridworker.store.connection import Connection
from gridworker.store.statements import run, run_many, scalar

#: new: not answered · sent: answered by a server that forgot it · done: answered · own: this community stands alone ·
#: stuck: the server fails on it alone · behind: it leans on a stuck one · void: given up before the server held a place
#: for it. How far everything was sent is one number beside them: a row each would be written twice for each push.
NEW, SENT, DONE, OWN = "new", "sent", "done", "own"
STUCK, BEHIND, VOID = "stuck", "behind", "void"
_TO_SEND = "state IN ('new', 'sent')"
#: SQL for an op without its last word.
UNANSWERED = "state IN ('new', 'sent', 'stuck', 'behind')"
#: What only holds its place in the order, as long as the server does not know of the place.
_TO_PLACE = (
    "state IN ('stuck', 'behind', 'void') "
    "AND NOT EXISTS (SELECT 1 FROM stuck s WHERE s.op_id = outbox.op_id AND s.placed = 1)"
)
_CHUNK = 400
#: local_state: the place up to which a server may have everything.
_SENT_UPTO = "outbox.sent"
_UPTO = f"coalesce((SELECT CAST(value AS INTEGER) FROM local_state WHERE key = '{_SENT_UPTO}'), 0)"
#: SQL for an op that was never sent.
HERE = f"(state = 'new' AND seq > {_UPTO})"
_GIVEN_UP = 'result LIKE \'%"code":"given_up"%\''
#: SQL for an op that was sent, or would have been, and has no answer.
ON_THE_WAY = f"(state IN ('sent', 'stuck', 'behind') OR (state = 'new' AND seq <= {_UPTO}))"
#: SQL for an answer that a person must look at; an open conflict is counted by its own record.
NEEDS_ATTENTION = (
    '((state = \'done\' AND result LIKE \'%"outcome":"rejected"%\' AND result NOT LIKE \'%"code":"given_up"%\') '
    "OR (state = 'stuck' AND (SELECT s.tries FROM stuck s WHERE s.op_id = outbox.op_id) >= 5))"
)

#: SQL for an op whose content is on no other computer: not answered, or refused and waiting for its person.
ONLY_HERE = f"({UNANSWERED} OR {NEEDS_ATTENTION})"


def next_seq(connection: Connection) -> int:
    return int(scalar(connection, "SELECT max(coalesce(max(seq), 0), 0) + 1 FROM outbox"))


def add(connection: Connection, ops: Iterable[Op], state: str, at: int) -> None:
    run_many(
        connection,
        "INSERT INTO outbox (seq, op_id, txn, entity, record_id, payload, state, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(o.seq, o.op_id, o.txn, o.entity, o.record, msgspec.json.encode(o), state, at) for o in ops],
    )


def batch(connection: Connection, max_ops: int, max_bytes: int, after: int = 0) -> list[bytes]:
    """The next unanswered ops after place `after` as JSON, in device order, cut between acts. An act larger than the
    limits goes alone. Of a stuck op the server has not heard of, only its place is told."""
    wanted = _wanted(connection, after)
    columns = "txn, payload, state, op_id, seq"
    rows = run(
        connection, f"SELECT {columns} FROM outbox WHERE {wanted} ORDER BY seq LIMIT ?", (max_ops + 1,)
    ).fetchall()
    chosen: list[bytes] = []
    size, start = 0, 0
    while start < len(rows):
        end = start
        while end < len(rows) and rows[end][0] == rows[start][0]:
            end += 1
        whole = end < len(rows) or len(rows) <= max_ops
        if chosen and not whole:
            break
        group = rows[start:end] if whole else _whole_act(connection, columns, wanted, rows[start])
        sent = [_as_sent(row) for row in group]
        weight = sum(map(len, sent))
        if chosen and (len(chosen) + len(sent) > max_ops or size + weight > max_bytes):
            break
        chosen += sent
        size, start = size + weight, end
        if not whole:
            break
    return chosen


def is_any_to_send(connection: Connection, after: int = 0) -> bool:
    """True while `batch` has something after place `after`."""
    return scalar(connection, f"SELECT 1 FROM outbox WHERE {_wanted(connection, after)} LIMIT 1") is not None


def _wanted(connection: Connection, after: int) -> str:
    wanted = _TO_SEND
    if scalar(connection, "SELECT 1 FROM outbox WHERE state IN ('stuck', 'behind', 'void') LIMIT 1"):
        wanted = f"({_TO_SEND} OR ({_TO_PLACE}))"
    return f"{wanted} AND seq > {after}" if after else wanted


def _whole_act(connection: Connection, columns: str, wanted: str, first: Sequence[Any]) -> list[Any]:
    """The act that begins with the row `first`, read until the next one begins: nothing finds an act by its name, and
    by their state all that wait would be read."""
    sql = f"SELECT {columns} FROM outbox NOT INDEXED WHERE seq >= ? AND {wanted} ORDER BY seq"
    return list(takewhile(lambda row: row[0] == first[0], run(connection, sql, (first[-1],))))


def _as_sent(row: Sequence[Any]) -> bytes:
    txn, payload, state, op_id, seq = row
    if state in (NEW, SENT):
        return bytes(payload)
    return msgspec.json.encode({"op_id": op_id, "seq": seq, "txn": txn, "postponed": True})


def payloads_of(connection: Connection, op_ids: Sequence[bytes]) -> list[bytes]:
    """The ops with these ids as JSON, in device order; one whose content had to be forgotten is left out."""
    rows = [
        run(connection, "SELECT seq, payload FROM outbox WHERE op_id = ?", (op_id,)).fetchone()
        for op_id in op_ids
    ]
    return [row[1] for row in sorted(row for row in rows if row and row[1])]


def reopen(connection: Connection, after: int) -> None:
    """What was answered after place `after` has no answer any more: the server forgot it. It is sent again byte for
    byte; of what a person gave up, or whose content had to be forgotten, only the place is told."""
    again = f"CASE WHEN payload = x'' OR {_GIVEN_UP} THEN 'void' ELSE 'sent' END"
    run(connection, f"UPDATE outbox SET state = {again} WHERE state = 'done' AND seq > ?", (after,))
    run(
        connection,
        "UPDATE stuck SET placed = 0 WHERE op_id IN (SELECT op_id FROM outbox WHERE seq > ?)",
        (after,),
    )


def places(connection: Connection, seqs: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """(seq, place in the community's order) of the ops among `seqs` that were answered before."""
    found: list[tuple[int, int]] = []
    for start in range(0, len(seqs), _CHUNK):
        part = seqs[start : start + _CHUNK]
        marks = ", ".join("?" * len(part))
        sql = f"SELECT seq, result FROM outbox WHERE result IS NOT NULL AND seq IN ({marks}) ORDER BY seq"
        answers = ((seq, msgspec.json.decode(raw, type=OpResult)) for seq, raw in run(connection, sql, part))
        found += [(seq, answer.place) for seq, answer in answers if answer.place]
    return tuple(found)


#: How long an answered op is kept, should the server have to be restored from a copy of before.
KEPT_MS = 30 * 24 * 3600 * 1000


def thin_out(connection: Connection, server_now: int) -> int:
    """Drop what the server answered well more than 30 days ago, by its own clock both times. The last op stays, so that
    the order goes on, and so does what waits for a person. Returns how many went."""
    rows = run(
        connection,
        "DELETE FROM outbox WHERE state = 'done' AND seq < (SELECT max(seq) FROM outbox) "
        "AND coalesce(json_extract(CAST(result AS TEXT), '$.outcome'), 'rejected') <> 'rejected' "
        "AND json_extract(CAST(result AS TEXT), '$.at') BETWEEN 1 AND ? RETURNING seq",
        (server_now - KEPT_MS,),
    ).fetchall()
    return len(rows)


def sent_upto(connection: Connection) -> int:
    """The place up to which a server may have everything."""
    return int(state.get(connection, _SENT_UPTO) or 0)


def mark_sent(connection: Connection, upto: int) -> None:
    """From now on a server may have everything up to the place `upto`, whether it answers or not."""
    if upto > sent_upto(connection):
        state.put(connection, {_SENT_UPTO: str(upto).encode()})


def waiting(connection: Connection) -> int:
    """How many ops the server has not answered."""
    return int(scalar(connection, f"SELECT count(*) FROM outbox WHERE {UNANSWERED}") or 0)


def pending_records(connection: Connection) -> set[tuple[str, bytes]]:
    """The records with ops the server has not answered."""
    rows = run(connection, f"SELECT DISTINCT entity, record_id FROM outbox WHERE {UNANSWERED}")
    return {(row[0], row[1]) for row in rows}


def pending_ops(connection: Connection, record_id: bytes) -> list[Op]:
    rows = run(
        connection,
        f"SELECT payload FROM outbox WHERE record_id = ? AND {UNANSWERED} ORDER BY seq",
        (record_id,),
    )
    return [decode_op(row[0]) for row in rows]


def ops_at(connection: Connection, seqs: Sequence[int]) -> list[Op]:
    """The ops at these places, the newest first, as far as their content is kept."""
    found: list[Op] = []
    for start in range(0, len(seqs), _CHUNK):
        part = seqs[start : start + _CHUNK]
        sql = f"SELECT payload FROM outbox WHERE payload <> x'' AND seq IN ({', '.join('?' * len(part))})"
        found += [decode_op(row[0]) for row in run(connection, f"{sql} ORDER BY seq", part)]
    return found[::-1]


def settle(connection: Connection, results: Sequence[OpResult]) -> list[tuple[OpResult, str, bytes]]:
    """Store the server's answers. Returns each newly answered op with its entity and record."""
    first = {result.seq: result for result in reversed(results)}  # of two answers to one op the first counts
    seqs, settled = sorted(first), []
    for start in range(0, len(seqs), _CHUNK):
        part = seqs[start : start + _CHUNK]
        marks = ", ".join(
            "?" * len(part)
        )  # by their places: by their state each would be looked for four times
        sql = f"SELECT seq, entity, record_id FROM outbox NOT INDEXED WHERE seq IN ({marks}) AND {UNANSWERED}"
        rows = run(connection, f"{sql} ORDER BY seq", part)
        settled += [(first[seq], entity, record) for seq, entity, record in rows]
    if settled:
        run_many(
            connection,
            "UPDATE outbox SET state = 'done', result = ? WHERE seq = ?",
            [(msgspec.json.encode(result), result.seq) for result, _, _ in settled],
        )
        run(
            connection,
            "DELETE FROM stuck WHERE op_id NOT IN (SELECT op_id FROM outbox WHERE state <> 'done')",
        )
    _settle_places(connection, first)
    return settled


def _settle_places(connection: Connection, first: Mapping[int, OpResult]) -> None:
    """Of some ops only the place was told, and the server knew them after all, from a copy of this device or before it
    was restored: its answer is the last word, or they would be told for ever."""
    void = (row[0] for row in run(connection, "SELECT seq FROM outbox WHERE state = 'void'").fetchall())
    run_many(
        connection,
        "UPDATE outbox SET state = 'done', result = ? WHERE seq = ?",
        [(msgspec.json.encode(first[seq]), seq) for seq in void if seq in first],
    )


def renumber(connection: Connection) -> None:
    """Give the unanswered ops places from 1 in a new incarnation, in their old order and with their ids; answered
    ones step below zero, where they stay readable."""
    lowest = scalar(connection, "SELECT min(coalesce(min(seq), 0), 0) FROM outbox")
    highest = scalar(connection, "SELECT max(coalesce(max(seq), 0), 0) FROM outbox")
    pending = run(connection, f"SELECT seq, payload FROM outbox WHERE {UNANSWERED} ORDER BY seq").fetchall()
    run(
        connection, "UPDATE outbox SET seq = ? + seq WHERE seq > 0", (highest,)
    )  # out of the way of both ends
    run(
        connection,
        f"UPDATE outbox SET seq = ? - seq + {highest} WHERE seq > 0 AND state IN ('done', 'void')",
        (lowest,),
    )
    for place, (seq, payload) in enumerate(pending, 1):
        op = msgspec.structs.replace(decode_op(payload), seq=place)
        values = (place, msgspec.json.encode(op), highest + seq)
        again = "CASE state WHEN 'sent' THEN 'new' ELSE state END"
        run(connection, f"UPDATE outbox SET seq = ?, payload = ?, state = {again} WHERE seq = ?", values)
    run(connection, "UPDATE outbox SET state = 'done' WHERE state = 'void'")
    run(connection, "UPDATE stuck SET placed = 0")  # in the new incarnation nobody knows of these places
    state.drop(connection, (_SENT_UPTO,))


def reopen_older(connection: Connection) -> None:
    """In an incarnation of which nothing was answered yet: what earlier ones had answers to has none any more, as the
    server may have forgotten it. It comes first in the new order, with its ids."""
    older = run(
        connection,
        "SELECT seq, payload FROM outbox WHERE seq < 0 AND state = 'done' AND result IS NOT NULL AND payload <> x'' "
        f"AND NOT ({_GIVEN_UP}) ORDER BY seq DESC",
    ).fetchall()
    later = run(connection, "SELECT seq, payload FROM outbox WHERE seq > 0 ORDER BY seq DESC").fetchall()
    moves = [(seq + len(older), seq, payload, "state") for seq, payload in later if older]
    moves += [(place, seq, payload, "'sent'") for place, (seq, payload) in enumerate(older, 1)]
    for place, seq, payload, after in moves:
        moved = (
            msgspec.json.encode(msgspec.structs.replace(decode_op(payload), seq=place)) if payload else b""
        )
        sql = f"UPDATE outbox SET seq = ?, payload = ?, state = {after} WHERE seq = ?"
        run(connection, sql, (place, moved, seq))


def hand_over(connection: Connection, upto: int) -> None:
    """The community has become a server's with everything up to place `upto`: those ops step below zero, where they
    stay readable. What was saved after them is new to the server and has places from 1."""
    lowest = scalar(connection, "SELECT min(coalesce(min(seq), 0), 0) FROM outbox")
    known = "state = 'own' AND seq > 0 AND (seq <= ? OR payload = x'')"
    run(connection, f"UPDATE outbox SET seq = ? - seq WHERE {known}", (lowest, upto))
    later = run(
        connection, "SELECT seq, payload FROM outbox WHERE seq > ? AND state = 'own' ORDER BY seq", (upto,)
    ).fetchall()
    for place, (seq, payload) in enumerate(later, 1):
        op = msgspec.structs.replace(decode_op(payload), seq=place)
        values = (place, msgspec.json.encode(op), seq)
        run(connection, "UPDATE outbox SET seq = ?, payload = ?, state = 'new' WHERE seq = ?", values)
