"""The verb sync: exchange with the server until nothing is left to send or fetch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridworker.commands.call import Call

if TYPE_CHECKING:
    from gridworker.store.store import Store
    from gridworker.sync.transport import Transport


def sync(call: Call) -> dict[str, object]:
    """Send what is unsent and fetch what is new."""
    from gridworker.sync.transport.http import HttpTransport

    with call.opened() as store:
        if store.known.authority == "self":
            return {"alone": True}
        return exchange_until_done(store, HttpTransport(store.known.server_url))
