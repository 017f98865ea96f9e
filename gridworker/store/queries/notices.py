"""What a person should know about this profile beyond single records."""

from __future__ import annotations

from gridworker.store import notices
from gridworker.store.notices import Notice
from gridworker.store.store import Store


def notices_of(store: Store) -> tuple[Notice, ...]:
    """All notices, the newest first; their words are in the catalogue under `notices.<code>`."""
    with store.read() as connection:
        return notices.every(connection)


def dismiss(store: Store, code: str) -> None:
    """The person has read it."""
    with store.database.write() as connection:
        notices.clear(connection, code)
