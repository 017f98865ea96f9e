"""The doctor: file integrity, kept figures against a full scan, the audit chain, frozen reports against their hashes,
references that lead nowhere."""

from __future__ import annotations

from gridworker.errors import DatabaseDamaged
from gridworker.models.entity import Kind
from gridworker.models.registry import BY_NAME, ENTITIES
from gridworker.store import audit, backup, parked, state, statistics
from gridworker.store.state import is_alone
from gridworker.store.store import Store


def examine(store: Store) -> tuple[str, ...]:
    """Everything found wrong, as short sentences in English for a report; empty when all is well."""
    found = list(store.database.integrity())
    try:
        found += _contents(store)
    except DatabaseDamaged as error:
        found.append(f"reading stopped: {error.values['why']}")
    if not store.clock.plausible():
        found.append("clock: this computer's clock is surely wrong")
    return tuple(found)


#: References to what may lie where an account of a server does not look.
_ELSEWHERE = frozenset(
    (
        ("agenda_item", "issue_id"),
        ("meeting_vote", "issue_id"),
        ("resolution", "meeting_id"),
        ("issue", "merged_into_id"),
        ("referral", "demand_id"),
        ("referral", "package_id"),
    )
)


def _contents(store: Store) -> list[str]:
    from gridworker.store.queries.frozen import (
        damaged_reports,  # the window asks here for the newest backup only
    )

    found: list[str] = []
    with store.database.read() as connection:  # all of it, also where a lease is out: no row is handed out
        found += statistics.difference(connection)
        for name, why, count in parked.counts(connection):
            found.append(f"parked: {count} {name} ({why})")
        broken = audit.broken_at(connection)
        if broken is not None:
            found.append(f"audit: row {broken} does not follow from the one before")
        if audit.cut_since(connection, state.get(connection, audit.ANCHOR)):
            found.append("audit: what the server had noted as the newest row is not there any more")
        found += [f"frozen report {what} does not fit its hash" for what in damaged_reports(connection)]
        for entity in ENTITIES:
            for field in entity.fields:
                if field.kind is not Kind.REF or not field.refers or field.refers not in BY_NAME:
                    continue
                if (entity.name, field.name) in _ELSEWHERE and not is_alone(store.known):
                    continue
                count = connection.exec_driver_sql(
                    f"SELECT count(*) FROM {entity.name} a WHERE a.{field.name} IS NOT NULL AND a.deleted = 0 "
                    f"AND NOT EXISTS (SELECT 1 FROM {field.refers} b WHERE b.id = a.{field.name})"
                ).scalar()
                if count:
                    found.append(f"{entity.name}.{field.name}: {count} lead nowhere")
    return found


def newest_backup(store: Store) -> str:
    """When the newest rolling copy was made, `MM-DD HH:MM` in China, or "" for never."""
    found = backup.newest(store.folder)
    stamp = found.stem if found else ""
    return f"{stamp[4:6]}-{stamp[6:8]} {stamp[9:11]}:{stamp[11:13]}" if stamp[:8].isdigit() else ""
