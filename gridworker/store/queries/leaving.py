"""What is still here when the server has stopped this device."""

from __future__ import annotations

from dataclasses import dataclass

from gridworker.store import backup, notices, outbox
from gridworker.store.statements import scalar
from gridworker.store.store import Store
from gridworker.store.wiping import NOTICE


@dataclass(frozen=True)
class Leaving:
    """What goes with a wipe: ops that are nowhere else (without an answer, or refused and not looked at), drafts, and
    the copies beside the profile."""

    unsent: int
    drafts: int
    copies: int


def is_stopped(store: Store) -> bool:
    with store.read() as connection:
        return notices.has(connection, NOTICE)


def leaving(store: Store) -> Leaving:
    """What a wipe would take away for good."""
    with store.read() as connection:
        unsent = scalar(connection, f"SELECT count(*) FROM outbox WHERE {outbox.ONLY_HERE}")
        drafts = scalar(connection, "SELECT count(*) FROM draft")
    return Leaving(int(unsent or 0), int(drafts or 0), len(backup.rolling(store.folder)))
