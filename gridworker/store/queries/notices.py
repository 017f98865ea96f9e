"""What a person should know about this profile beyond single records."""

from __future__ import annotations

from gridworker.store import notices
from gridworker.store.notices import Notice
from gridworker.store.store import Store

__all__ = ["Notice", "dismiss", "notices_of"]


def notices_of(store: Store) -> tuple[Notice, ...]:
    """All notices, the newest first; their words are in the catalogue under `notices.<code>`."""
    with store.read() as connection:
        kept = notices.every(connection)
    ended = any(notice.code == "stopped" for notice in kept)  # says more than what it hides
    return (*(() if ended else _of_sight(store)), *sorted(kept, key=lambda notice: notice.code != "stopped"))


def _of_sight(store: Store) -> tuple[Notice, ...]:
    """What stands or falls with the next exchange: it is reckoned, not kept, and cannot be put away."""
    at = store.clock.milliseconds()
    if store.sight.sealed:
        return (Notice("sealed", at, {}),)
    held = store.sight.lease(store.clock)
    if held is None or held.warning is None:
        return ()
    return (Notice("lease_out", at, {}) if held.out else Notice("lease_ends", at, {"days": held.days_left}),)


def dismiss(store: Store, code: str) -> None:
    """The person has read it."""
    with store.database.write() as connection:
        notices.clear(connection, code)
