"""What of the three lists should not be overlooked: which resources may serve which needs, and how many needs nothing
answers and resources lie idle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gridworker.models.matching import Offered, Suggestion, Wanted, suggest
from gridworker.store.queries.lists import ANSWERS, STANDING, codes, marks
from gridworker.store.statements import run, scalar
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


@dataclass(frozen=True)
class ListCounts:
    """For headings and badges: open needs, those nothing answers, resources that lie idle, tasks nobody has,
    tasks that are published."""

    open_needs: int
    unmatched_needs: int
    open_resources: int
    idle_resources: int
    unclaimed_tasks: int
    open_tasks: int


#: True for a need `n` that is open and that nothing answers.
UNANSWERED = f"""n.deleted = 0 AND n.state = 'open'
   AND NOT EXISTS (SELECT 1 FROM project_need l JOIN project p ON p.id = l.project_id
     WHERE l.need_id = n.id AND l.deleted = 0 AND p.deleted = 0 AND p.state <> 'rejected')
   AND NOT EXISTS (SELECT 1 FROM issue_need l JOIN issue i ON i.id = l.issue_id
     WHERE l.need_id = n.id AND l.deleted = 0 AND i.deleted = 0 AND i.state NOT IN ('rejected', 'merged'))
   AND NOT EXISTS (SELECT 1 FROM resource_promise r
     WHERE r.need_id = n.id AND r.deleted = 0 AND r.state IN {STANDING})"""
_COUNTS = f"""SELECT
 (SELECT count(*) FROM need WHERE deleted = 0 AND state = 'open'),
 (SELECT count(*) FROM need n WHERE {UNANSWERED}),
 (SELECT count(*) FROM resource WHERE deleted = 0 AND state = 'open' AND coalesce(valid_to, '9999') >= ?1),
 (SELECT count(*) FROM resource s WHERE s.deleted = 0 AND s.state = 'open' AND coalesce(s.valid_to, '9999') >= ?1
   AND NOT EXISTS (SELECT 1 FROM resource_promise r
     WHERE r.resource_id = s.id AND r.deleted = 0 AND r.state IN {STANDING})),
 (SELECT count(*) FROM task t WHERE t.deleted = 0 AND t.state = 'published'
   AND NOT EXISTS (SELECT 1 FROM task_claim c WHERE c.task_id = t.id AND c.deleted = 0 AND c.state = 'confirmed')),
 (SELECT count(*) FROM task WHERE deleted = 0 AND state = 'published')
"""


def unanswered(store: Store) -> int:
    """How many open needs nothing answers."""
    with store.read() as connection:
        return int(scalar(connection, f"SELECT count(*) FROM need n WHERE {UNANSWERED}") or 0)


def list_counts(store: Store) -> ListCounts:
    """How many there are of what should not be overlooked."""
    with store.read() as connection:
        row = run(connection, _COUNTS, (store.clock.today(),)).fetchone()
    return ListCounts(*row)
