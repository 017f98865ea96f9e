"""How much of the three lists should not be overlooked: needs that nothing answers, resources that lie idle, tasks that
nobody has. Read whenever the desk is: it loads nothing of the lists themselves."""

from __future__ import annotations

from dataclasses import dataclass

from gridworker.models.lists import STANDING
from gridworker.store.statements import run, scalar
from gridworker.store.store import Store


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
