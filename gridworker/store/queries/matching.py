"""Which resources may serve which needs, and why."""

from __future__ import annotations

from collections.abc import Iterable

from gridworker.models.matching import Offered, Suggestion, Wanted, suggest
from gridworker.store.queries.lists import ANSWERS, codes, marks
from gridworker.store.statements import run
from gridworker.store.store import Store
from gridworker.store.workspace import Shape, Workspace

_RUN = 300


def suggestions(
    store: Store, need_ids: Iterable[bytes] | None = None, most: int = 3
) -> tuple[Suggestion, ...]:
    """Which resources may serve the open needs that nothing answers yet, or `need_ids`, with the reasons."""
    wanted = None if need_ids is None else set(need_ids)
    named = tuple(wanted or ()) if len(wanted or ()) <= _RUN else ()
    few = f" AND id IN ({marks(named)})" if named else ""
    with store.read() as connection:
        tree = Workspace(connection, Shape()).tree()
        open_needs = run(
            connection,
            "SELECT id, category, area_unit_id, coalesce(times, ''), coalesce(wanted_by, '') FROM need "
            f"WHERE deleted = 0 AND state = 'open'{few}",
            named,
        ).fetchall()
        offered = run(
            connection,
            "SELECT id, serves, area_unit_id, coalesce(times, ''), valid_from, coalesce(valid_to, ''), "
            "price_mode = 'free' FROM resource WHERE deleted = 0 AND state = 'open'",
        ).fetchall()
        ids = [row[0] for row in open_needs]
        answered: set[bytes] = set()
        for start in range(0, len(ids), _RUN):
            part = ids[start : start + _RUN]
            found = run(connection, ANSWERS.format(marks(part)), (*part, *part, *part))
            answered |= {row[0] for row in found}
    chosen = [row for row in open_needs if (row[0] not in answered if wanted is None else row[0] in wanted)]
    return suggest(
        [
            Wanted(row[0], row[1], tree.lineage(row[2]) if row[2] else (), frozenset(codes(row[3])), row[4])
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
        ],
        store.clock.today(),
        most,
    )
