"""How much a page would delete, and whether that is more than anybody does by ordinary work: a mistake or a broken
server must not empty a laptop before a person has looked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gridworker.models.registry import BY_NAME, ENTITIES
from gridworker.store import state
from gridworker.store.connection import Connection
from gridworker.store.statements import scalar

if TYPE_CHECKING:
    from gridworker.store.receive import Gone, Part

#: More than this many rows and more than this share of all is refused.
MOST_ROWS, MOST_SHARE = 50, 0.30
#: local_state: rows deleted by the pages of a pull that is not at its end yet.
SO_FAR = "deleted_so_far"
_CHUNK = 400


def is_too_much(rows: int, of: int) -> bool:
    return rows > MOST_ROWS and rows > of * MOST_SHARE


def living(connection: Connection) -> int:
    """All rows that are not deleted."""
    return sum(
        int(scalar(connection, f"SELECT count(*) FROM {e.name} WHERE deleted = 0") or 0) for e in ENTITIES
    )


def would_delete(connection: Connection, parts: Sequence[Part], gone: Sequence[Gone]) -> int:
    """How many living rows these would take away."""
    wanted: dict[str, list[bytes]] = {}
    for part in parts:
        for row in part.rows:
            if row[2] and isinstance(row[0], bytes):
                wanted.setdefault(part.entity, []).append(row[0])
    for leaving in gone:
        wanted.setdefault(leaving.entity, []).append(leaving.id)
    found = 0
    for entity, records in wanted.items():
        for start in range(0, len(records) if entity in BY_NAME else 0, _CHUNK):
            part_of = records[start : start + _CHUNK]
            marks = ", ".join("?" * len(part_of))
            sql = f"SELECT count(*) FROM {entity} WHERE deleted = 0 AND id IN ({marks})"
            found += int(scalar(connection, sql, part_of) or 0)
    return found


def so_far(connection: Connection) -> tuple[int, int]:
    """Rows deleted by the earlier pages of this pull, and how many there were before them."""
    raw = (state.get(connection, SO_FAR) or b"0/0").split(b"/")
    return int(raw[0]), int(raw[1])


def note(connection: Connection, deleted: int, of: int, *, more: bool) -> None:
    """Remember them for the next page, or forget them at the end of the pull."""
    state.put(connection, {SO_FAR: f"{deleted}/{of}".encode() if more else b"0/0"})
