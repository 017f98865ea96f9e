"""Records that were merged into others, as the store reads them: whoever asks for the loser gets the winner, and the
winner has everything that hangs on either (models/alias.py)."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from gridworker.store.connection import Connection
from gridworker.store.statements import run, scalar

_CHUNK = 400
_LOSERS = "SELECT loser_id FROM record_alias WHERE entity = '{entity}' AND deleted = 0"
#: SQL that is 1 for a household `h` or a resident `r` that stands for itself.
NOT_MERGED = f"h.id NOT IN ({_LOSERS.format(entity='household')})"
#: The same by row number, which every index holds.
ROW_NOT_MERGED = (
    f"h.rid NOT IN (SELECT m.rid FROM household m WHERE m.id IN ({_LOSERS.format(entity='household')}))"
)
RESIDENT_NOT_MERGED = f"r.id NOT IN ({_LOSERS.format(entity='resident')})"
#: The households that others were merged into.
WINNERS = "SELECT winner_id FROM record_alias WHERE entity = 'household' AND deleted = 0"


def standing_sql(reference: str) -> str:
    """SQL for the household that the one in `reference` stands as: itself, or the one it was merged into."""
    return (
        f"coalesce((SELECT winner_id FROM record_alias WHERE loser_id = {reference} AND deleted = 0 "
        f"AND entity = 'household'), {reference})"
    )


def any_merged(connection: Connection) -> bool:
    """Whether a household was merged into another one."""
    return scalar(connection, f"{_LOSERS.format(entity='household')} LIMIT 1") is not None


def standing(connection: Connection, entity: str, record_id: bytes) -> bytes:
    """The record that `record_id` stands as now: itself, or the one it was merged into."""
    found = scalar(
        connection,
        "SELECT winner_id FROM record_alias WHERE loser_id = ? AND entity = ? AND deleted = 0",
        (record_id, entity),
    )
    return found if isinstance(found, bytes) else record_id


def with_losers(connection: Connection, entity: str, record_id: bytes) -> tuple[bytes, ...]:
    """`record_id` and every record that was merged into it."""
    rows = run(
        connection,
        "SELECT loser_id FROM record_alias WHERE winner_id = ? AND entity = ? AND deleted = 0 ORDER BY rid",
        (record_id, entity),
    )
    return (record_id, *(row[0] for row in rows))


def with_winners(connection: Connection, household_ids: Iterable[bytes]) -> Collection[bytes]:
    """These households and those that any of them was merged into."""
    found = dict.fromkeys(household_ids)
    asked = tuple(found)
    for start in range(0, len(asked), _CHUNK):
        part = asked[start : start + _CHUNK]
        marks = ", ".join("?" * len(part))
        sql = f"SELECT winner_id FROM record_alias WHERE deleted = 0 AND loser_id IN ({marks})"
        found.update((row[0], None) for row in run(connection, sql, part))
    return tuple(found)


def standing_rids(connection: Connection, entity: str) -> dict[int, int]:
    """Row number of each merged record of `entity` → the row number of the one it stands as."""
    rows = run(
        connection,
        f"SELECT l.rid, w.rid FROM record_alias a JOIN {entity} l ON l.id = a.loser_id "
        f"JOIN {entity} w ON w.id = a.winner_id WHERE a.entity = ? AND a.deleted = 0",
        (entity,),
    )
    return {row[0]: row[1] for row in rows}
