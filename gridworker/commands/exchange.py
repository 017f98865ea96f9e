"""The verb sync: exchange with the server until nothing is left to send or fetch."""

from __future__ import annotations

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
                return exchange_until_done(store, beside)
        return exchange_until_done(store, transport_of(store))


def exchange_until_done(store: Store, transport: Transport) -> dict[str, object]:
    """Exchange until nothing is left, make what came findable, and say what happened."""
    from gridworker.sync.client import Client
    from gridworker.sync.session import sync_now

    done = sync_now(Client(store, transport))
    while store.index_some():
        pass
    return {
        "requests": done.requests,
        "sent": done.sent,
        "conflicts": done.conflicts,
        "rejected": done.rejected,
        "held": done.held,
        "received": done.rows,
    }
