"""What each record adds to the figures of a period: the same rules by which a report counts, record by record. Their
sums are the figures. Also how a record that does not count any more is found, and why it does not."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from gridworker.models.erasure import erasure_id
from gridworker.models.period import Period
from gridworker.store.connection import Connection
from gridworker.store.frozen_rows import Contribution
from gridworker.store.queries.report_demands import counted_in, demand_facts
from gridworker.store.queries.report_ground import Ground, ground_of
from gridworker.store.queries.report_visits import VALID, narrowed
from gridworker.store.queries.summary import span_of
from gridworker.store.rows import Scope
from gridworker.store.statements import run
from gridworker.store.store import Store

_VISIT = "v.id, v.row_version, v.now_outcome, v.household_id, v.shop_id, v.no, v.now_on, v.unit_at"


def contributions(store: Store, scope: Scope, period: Period) -> tuple[Contribution, ...]:
    """Every visit and demand that counts in the report of `scope` for `period`, visits by day, demands by moment."""
    with store.read() as connection:
        return tuple(_counting(store, connection, scope, period))


def still_count(store: Store, scope: Scope, period: Period, items: Sequence[Contribution]) -> bool:
    """Whether `items` is what `contributions` gives now, without making all of it once more."""
    with store.read() as connection:
        now = _counting(store, connection, scope, period)
        return all(one == other for one, other in zip_longest(items, now))


def _counting(store: Store, connection: Connection, scope: Scope, period: Period) -> Iterator[Contribution]:
    span = span_of(store, period)
    ground = ground_of(connection, scope, period.first, span.until)
    yield from _visits(connection, ground, period)
    versions = dict(run(connection, "SELECT id, row_version FROM demand").fetchall())
    for fact in demand_facts(connection, ground, span.since):
        if counted := counted_in(fact, span.now):
            yield Contribution(
                "demand",
                fact.id,
                int(versions.get(fact.id, 0)),
                tuple(sorted((f"demands.{name}", 1) for name in counted)),
                no=fact.no,
                day=fact.reported_at[:10],
                node=_name(ground, fact.unit_at),
            )


def _visits(connection: Connection, ground: Ground, period: Period) -> Iterator[Contribution]:
    rows = run(
        connection,
        f"SELECT {_VISIT} FROM visit v WHERE {VALID} AND v.now_on BETWEEN ? AND ?"
        f"{narrowed(ground, 'v.household_id')} ORDER BY v.now_on, v.rid",
        (period.first, period.last),
    )
    shared: dict[Hashable, Any] = {}  # a year has a million visits: what is the same in many is made once
    for record, version, outcome, household, shop, no, on, unit_at in rows:
        if unit_at not in ground.micros:
            continue
        keys = ("attempts", outcome) if household is not None else ("shops" if shop is not None else "spots",)
        if keys not in shared:
            shared[keys] = tuple(sorted((f"visits.{key}", 1) for key in keys))
        day = shared.setdefault(on, on)
        yield Contribution(
            "visit", record, version, shared[keys], no=no, day=day, node=_name(ground, unit_at)
        )


def _name(ground: Ground, node: bytes) -> str:
    return ground.known[node].name if node in ground.known else ""


def fates(
    store: Store, items: Iterable[Contribution]
) -> tuple[Mapping[bytes, Contribution], Mapping[bytes, str]]:
    """Of records that were counted once: how each is found today, and why it does not count any more where that is
    known (`voided`, `deleted`, `erased`)."""
    found: dict[bytes, Contribution] = {}
    why: dict[bytes, str] = {}
    with store.read() as connection:
        for item in items:
            if _is_erased(connection, item.record_id):
                why[item.record_id] = "erased"
                continue
            row = run(connection, _FATE[item.entity], (item.record_id,)).fetchone()
            if row is None:
                continue
            no, day, node, deleted, voided = row
            found[item.record_id] = Contribution(
                item.entity, item.record_id, item.version, (), no=no, day=str(day)[:10], node=node or ""
            )
            if deleted or voided:
                why[item.record_id] = "deleted" if deleted else "voided"
    return found, why


_FATE = {
    "visit": "SELECT v.no, v.now_on, a.name, v.deleted, v.now_void FROM visit v "
    "LEFT JOIN area_unit a ON a.id = v.unit_at WHERE v.id = ?",
    "demand": "SELECT d.no, d.reported_at, a.name, d.deleted, 0 FROM demand d "
    "LEFT JOIN area_unit a ON a.id = d.unit_at WHERE d.id = ?",
}


def _is_erased(connection: Connection, record: bytes) -> bool:
    sql = "SELECT 1 FROM erasure WHERE id = ?"
    return run(connection, sql, (erasure_id(record),)).fetchone() is not None
