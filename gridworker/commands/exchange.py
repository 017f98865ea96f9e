"""The verb sync: exchange with the server until nothing is left to send or fetch."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gridworker.commands.call import Call

if TYPE_CHECKING:
    from gridworker.store.store import Store
    from gridworker.sync.transport import Transport


def sync(call: Call) -> dict[str, object]:
    """Send what is unsent and fetch what is new."""
    from gridworker import practice_desk
    from gridworker.sync.transport.authorities import transport_of

    with call.opened() as store:
        if store.known.authority == "self":
            return {"alone": True}
        if store.known.practice and not store.known.server_url:
            with practice_desk.server_of(store.folder) as beside:
                return exchange_until_done(store, beside, call.say)
        return exchange_until_done(store, transport_of(store), call.say)


def exchange_until_done(
    store: Store, transport: Transport, say: Callable[..., None] | None = None
) -> dict[str, object]:
    """Exchange until nothing is left, make what came findable, and say what happened. `say(key, **values)`
    announces a large copy.

    Raises NoRoomForCopy when what was to be fetched does not fit, and as `sync_now` does."""
    from gridworker.store.queries.notices import notices_of
    from gridworker.sync import room
    from gridworker.sync.agreement import APART
    from gridworker.sync.client import Client, Exchanged
    from gridworker.sync.session import sync_now

    told = False

    def announce(done: Exchanged) -> None:
        nonlocal told
        coming = [notice for notice in notices_of(store) if notice.code == room.COPYING]
        if say and coming and done.copying and not told:
            told = True
            say("cli.copying", **coming[0].values)

    done = sync_now(Client(store, transport), on_exchange=announce)
    room.check(store)
    apart = [notice.code for notice in notices_of(store) if notice.code in APART]
    for code in apart:
        if say:
            say(f"notices.{code}.what")
            say(f"notices.{code}.next")
    while store.index_some():
        pass
    return {
        "requests": done.requests,
        "sent": done.sent,
        "conflicts": done.conflicts,
        "rejected": done.rejected,
        "held": done.held,
        "received": done.rows,
        **({"versions": apart[0]} if apart else {}),
    }
