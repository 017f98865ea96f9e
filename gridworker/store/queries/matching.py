"""Which resources may serve which needs, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from gridworker.models.matching import Offered, Suggestion, Wanted, suggest
from gridworker.models.promises import Taken, left_on_some_day
from gridworker.store.connection import Connection
from gridworker.store.queries.lists import ANSWERS, codes, marks
from gridworker.store.statements import run
from gridworker.store.store import Store
from gridworker.store.workspace import Shape, Workspace

_RUN = 300
_OPEN_NEEDS = """SELECT id, category, area_unit_id, coalesce(times, ''), coalesce(wanted_by, '') FROM need
 WHERE deleted = 0 AND state = 'open'"""
_OFFERED = """SELECT id, serves, area_unit_id, coalesce(times, ''), valid_from, coalesce(valid_to, ''),
 price_mode = 'free', kind, quantity FROM resource WHERE deleted = 0 AND state = 'open'"""
_ASKED_FOR = """SELECT resource_id, need_id, amount, coalesce(from_on, ''), coalesce(to_on, ''), state <> 'requested'
 FROM resource_promise WHERE deleted = 0 AND state IN ('requested', 'confirmed', 'given')"""


def suggestions(
    store: Store, need_ids: Iterable[bytes] | None = None, most: int = 3
) -> tuple[Suggestion, ...]:
    """Which resources may serve the open needs that nothing answers yet, or `need_ids`, with the reasons: those of
    which something is left on some day."""
    wanted = None if need_ids is None else set(need_ids)
    today = store.clock.today()
    with store.read() as connection:
        tree = Workspace(connection, Shape()).tree()
        chosen = _needs(connection, wanted)
        offered = run(connection, _OFFERED).fetchall()
        asked_for = run(connection, _ASKED_FOR).fetchall()
    left = _left(offered, asked_for, today)
    promised: dict[bytes, set[bytes]] = {}
    for resource, need, *_ in asked_for:
        promised.setdefault(need, set()).add(resource)
    return suggest(
        [
            Wanted(
                row[0],
                row[1],
                tree.lineage(row[2]) if row[2] else (),
                frozenset(codes(row[3])),
                row[4],
                frozenset(promised.get(row[0], ())),
            )
            for row in chosen
        ],
        [
            Offered(
                row[0],
                frozenset(codes(row[1])),
                row[2],
                frozenset(codes(row[3])),
                row[4],
                row[5],
                bool(row[6]),
            )
            for row in offered
            if row[0] in left
        ],
        today,
        most,
    )


def _needs(connection: Connection, wanted: set[bytes] | None) -> list[Any]:
    """The open needs of `wanted`, or without it those that nothing answers."""
    named = tuple(wanted or ()) if len(wanted or ()) <= _RUN else ()
    few = f" AND id IN ({marks(named)})" if named else ""
    rows = run(connection, f"{_OPEN_NEEDS}{few}", named).fetchall()
    if wanted is not None:
        return [row for row in rows if row[0] in wanted]
    ids = [row[0] for row in rows]
    answered: set[bytes] = set()
    for start in range(0, len(ids), _RUN):
        part = ids[start : start + _RUN]
        answered |= {row[0] for row in run(connection, ANSWERS.format(marks(part)), (*part, *part, *part))}
    return [row for row in rows if row[0] not in answered]


def _left(offered: Sequence[Any], asked_for: Sequence[Any], today: str) -> set[bytes]:
    """The resources of which something is left on a day from today on."""
    taken: dict[bytes, list[Taken]] = {}
    for resource, _, amount, from_on, to_on, stands in asked_for:
        if stands:
            taken.setdefault(resource, []).append(Taken(amount, from_on, to_on))
    return {
        row[0]
        for row in offered
        if left_on_some_day(row[7], row[8], taken.get(row[0], ()), max(today, row[4]), row[5])
    }
