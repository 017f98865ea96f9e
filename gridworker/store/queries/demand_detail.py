"""One demand with everything its panel shows, and its log in the order of its events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gridworker.errors import NotFound
from gridworker.models.demand import DEMAND
from gridworker.store.connection import Connection
from gridworker.store.demand_changes import changed_fields
from gridworker.store.demand_rows import DemandDetail, LogEntry
from gridworker.store.queries.demands import by_rid
from gridworker.store.queries.names import Names
from gridworker.store.statements import run
from gridworker.store.store import Store


def demand(store: Store, demand_id: bytes) -> DemandDetail:
    """One demand with its log, the newest event last. Raises NotFound."""
    names = [f.name for f in DEMAND.wire_fields]
    with store.read() as connection:
        found = run(
            connection,
            f"SELECT rid, {', '.join(names)} FROM demand WHERE id = ? AND deleted = 0",
            (demand_id,),
        ).fetchone()
        if found is None:
            raise NotFound(what="demand")
        values = dict(zip(names, found[1:], strict=True))
        ((_, row),) = by_rid(store, connection, [found[0]])
        known = Names(connection)
        person = values["reporter_resident_id"]
        reporter = (
            known.of("resident", person) if isinstance(person, bytes) else values["reporter_name"] or ""
        )
        into = values["merged_into_id"]
        target = (
            run(connection, "SELECT id, no FROM demand WHERE id = ?", (into,)).fetchone() if into else None
        )
        merged = run(
            connection, "SELECT id, no FROM demand WHERE merged_into_id = ? ORDER BY no", (demand_id,)
        )
        sent = run(
            connection,
            "SELECT r.round, coalesce(a.name, ''), r.refer_kind, r.state FROM referral r "
            "LEFT JOIN area_unit a ON a.id = r.to_unit_id WHERE r.demand_id = ? AND r.deleted = 0 ORDER BY r.round",
            (demand_id,),
        )
        return DemandDetail(
            row,
            values,
            str(reporter),
            str(values["reporter_phone"] or ""),
            (target[0], target[1]) if target else None,
            tuple((one[0], one[1]) for one in merged),
            _log(connection, known, demand_id, alone=store.known.authority == "self"),
            tuple((one[0], one[1], one[2], one[3]) for one in sent),
        )


def _log(connection: Connection, names: Names, demand_id: bytes, *, alone: bool) -> tuple[LogEntry, ...]:
    rows = run(
        connection,
        "SELECT id, event, at, by_member_id, coalesce(from_state, ''), to_state, coalesce(note, ''), changed, "
        "row_version, coalesce((SELECT s.event FROM demand_event s WHERE s.id = e.step_id), '') FROM demand_event e "
        "WHERE demand_id = ? AND deleted = 0 ORDER BY turn, row_version DESC, id",
        (demand_id,),
    )
    return tuple(
        LogEntry(
            id=row[0],
            event=row[1],
            at=row[2],
            by=names.of("member", row[3]) if row[3] else "",
            by_id=row[3],
            from_state=row[4],
            to_state=row[5],
            note=row[6],
            changed=tuple(
                (field, names.text(before), names.text(after))
                for field, (before, after) in changed_fields(row[7] or "").items()
            ),
            confirmed=alone or row[8] > 0,
            back=row[9],
        )
        for row in rows
    )


def office_phone(store: Store) -> str:
    """The number residents may call: that of the organisation's uppermost unit that has one, or ""."""
    with store.read() as connection:
        found = run(
            connection,
            "SELECT phone FROM org_unit WHERE deleted = 0 AND phone IS NOT NULL AND phone <> '' "
            "ORDER BY parent_id IS NOT NULL, sort_no, rid LIMIT 1",
        ).fetchone()
    return str(found[0]) if found else ""


def titles_of(store: Store, demand_ids: Sequence[bytes]) -> Mapping[bytes, tuple[str, str, str]]:
    """Number, title and state of the demands that are here."""
    with store.read() as connection:
        rows = run(
            connection,
            f"SELECT id, no, title, state FROM demand WHERE deleted = 0 AND id IN ({', '.join('?' * len(demand_ids))})",
            tuple(demand_ids),
        )
        return {row[0]: (row[1], row[2], row[3]) for row in rows}
