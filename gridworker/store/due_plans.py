"""Carries out the plans whose day has come, where this profile is the authority of its community."""

from __future__ import annotations

from gridworker.changes import Changes
from gridworker.models.registry import BY_NAME
from gridworker.models.validation import Rules
from gridworker.store import audit, search, statistics
from gridworker.store.saving import touched_by
from gridworker.store.statements import run
from gridworker.store.store import Store
from gridworker.store.workspace import Shape, Workspace, Written

#: Plans that were accepted for a day that is here, in the order of their days.
DUE = "state = 'planned' AND deleted = 0 AND effective_on <= ?"


def carry_out_due(store: Store) -> Changes:
    """Carry out every plan that is due, each in a transaction of its own, and say which records changed."""
    today = store.clock.today()
    with store.read() as connection:
        due = run(
            connection, f"SELECT id FROM tree_plan WHERE {DUE} ORDER BY effective_on, id", (today,)
        ).fetchall()
    written: list[Written] = []
    for (plan_id,) in due:
        written += _carry_out(store, plan_id, today)
    if written:
        store.forget_cached()
    return Changes.of((row.entity, row.record_id) for row in written)


def _carry_out(store: Store, plan_id: bytes, today: str) -> list[Written]:
    from gridworker.store.reorganising import carry_out_planned  # on most days no plan is due

    with store.database.write() as connection:
        workspace = Workspace(connection, Shape())
        plan = workspace.get("tree_plan", plan_id)
        if plan is None or plan["state"] != "planned":
            return []
        carry_out_planned(workspace, plan, today, Rules(today, store.known.practice))
        written = workspace.flush()
        statistics.recompute(connection, touched_by(workspace, written))
        for entity in search.FINDABLE:
            records = [row.record_id for row in written if BY_NAME[row.entity] is entity]
            if records:
                search.index_records(connection, entity, records)
        act = audit.Act("plan_carried_out", "tree_plan", plan_id)
        audit.note(connection, act, None, store.clock.milliseconds())
    return written
