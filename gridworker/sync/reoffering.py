"""Offers again, to a server that was restored from a copy, what it had answered after the copy was made: each op with
the place it had, until the server has collected from everybody and goes on."""

from __future__ import annotations

from collections.abc import Sequence

from gridworker.store import notices, outbox, state
from gridworker.store.store import Store
from gridworker.sync import keeping
from gridworker.sync.keeping import Kept
from gridworker.sync.protocol.messages import ServerHello, WireRecovering


def note(
    store: Store, kept: Kept, hello: ServerHello, recovering: WireRecovering, seqs: Sequence[int]
) -> None:
    """The server collects. On its first word everything it does not know becomes unanswered again; after that, what it
    was offered is not offered twice."""
    with store.database.write() as connection:
        if kept.collecting != hello.server_epoch:
            outbox.reopen(connection, recovering.last_seq)
            facts = {
                keeping.COLLECTING: hello.server_epoch,
                keeping.OFFERED: keeping.number(recovering.last_seq),
            }
            state.put(connection, facts)
            notices.put(connection, "server_restored", store.clock.milliseconds())
        elif seqs:
            state.put(connection, {keeping.OFFERED: keeping.number(seqs[-1])})


def catch_up(store: Store, kept: Kept, recovering: WireRecovering) -> None:
    """The server has collected without us: what it does not know becomes unanswered again and is sent as usual."""
    if not kept.collecting:
        with store.database.write() as connection:
            outbox.reopen(connection, recovering.last_seq)


def ended() -> dict[str, bytes]:
    """What to keep once the server goes on: everything unanswered is sent to be answered."""
    return {keeping.COLLECTING: b"", keeping.OFFERED: b""}


def mend_gap(store: Store) -> bool:
    """The server misses ops before ours: it was put back without saying so. Send again what is kept of them; False if
    that was done already."""
    with store.database.write() as connection:
        if state.get(connection, keeping.GAP):
            return False
        outbox.reopen(connection, 0)
        state.put(connection, {keeping.GAP: b"1"})
        notices.put(connection, "server_restored", store.clock.milliseconds())
    return True
