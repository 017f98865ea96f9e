"""Forms begun and not saved yet: local, encrypted, never synced. An identity number is masked before it is stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from gridworker.models.guard import mask_identity_numbers
from gridworker.store.connection import Connection
from gridworker.store.database import Database

Body = Mapping[str, object]


class Drafts:
    """The drafts of one open profile, by kind (`visit`, `demand`)."""

    def __init__(self, database: Database, milliseconds: Callable[[], int]) -> None:
        self._database, self._milliseconds = database, milliseconds

    def keep(self, draft_id: bytes, target_id: bytes | None, body: Body, kind: str = "visit") -> None:
        """Store the draft as it stands; acknowledged means it survives a power cut."""
        masked = _masked(body)
        with self._database.write() as connection:
            connection.exec_driver_sql(
                "INSERT OR REPLACE INTO draft (id, kind, target_id, body, at) VALUES (?, ?, ?, ?, ?)",
                (draft_id, kind, target_id, msgspec.json.encode(masked), self._milliseconds()),
            )

    def body(self, draft_id: bytes) -> dict[str, object] | None:
        with self._database.read() as connection:
            raw = connection.exec_driver_sql("SELECT body FROM draft WHERE id = ?", (draft_id,)).scalar()
        return msgspec.json.decode(raw, type=dict[str, object]) if raw else None

    def of_target(self, target_id: bytes, kind: str = "visit") -> bytes | None:
        """The id of the newest draft about a record, if there is one."""
        with self._database.read() as connection:
            found = connection.exec_driver_sql(
                "SELECT id FROM draft WHERE kind = ? AND target_id = ? ORDER BY at DESC LIMIT 1",
                (kind, target_id),
            ).scalar()
        return found if isinstance(found, bytes) else None

    def newest(self, kind: str) -> bytes | None:
        """The id of the newest draft of this kind, whatever it is about."""
        with self._database.read() as connection:
            found = connection.exec_driver_sql(
                "SELECT id FROM draft WHERE kind = ? ORDER BY at DESC LIMIT 1", (kind,)
            ).scalar()
        return found if isinstance(found, bytes) else None

    def drop(self, draft_id: bytes) -> None:
        with self._database.write() as connection:
            drop(connection, draft_id)


def _masked(value: object) -> object:
    """`value` with identity numbers masked in every text, however deep."""
    if isinstance(value, str):
        return mask_identity_numbers(value)
    if isinstance(value, Mapping):
        return {key: _masked(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(inner) for inner in value]
    return value


def drop(connection: Connection, draft_id: bytes) -> None:
    """Remove a draft inside the transaction that saves what it became."""
    connection.exec_driver_sql("DELETE FROM draft WHERE id = ?", (draft_id,))
