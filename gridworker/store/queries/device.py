"""What this computer is to its server: its number, whose account works here, and until when it may show what it has."""

from __future__ import annotations

from dataclasses import dataclass

from gridworker.store.lease import Lease
from gridworker.store.store import Store

__all__ = ["DeviceFacts", "Lease", "device_facts"]


@dataclass(frozen=True)
class DeviceFacts:
    """`server` is "" for the practice community, whose server is on this computer. `last_sync_at` in ms, 0 for never.
    `lease` is None where there is none; `sealed`: a restored copy before its first exchange."""

    server: str
    number: int
    login: str
    last_sync_at: int
    lease: Lease | None
    sealed: bool


def device_facts(store: Store) -> DeviceFacts:
    """As they are now; the lease by the server's time as far as it is known here."""
    known = store.known
    return DeviceFacts(
        known.server_url,
        known.device_no,
        known.login,
        store.identity.last_sync_at,
        store.sight.lease(store.clock),
        store.sight.sealed,
    )
