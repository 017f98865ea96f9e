"""Verbs about the week ahead: plan, walklist, roster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridworker.commands.call import Call
from gridworker.commands.records import plain, week_of
from gridworker.commands.reports import folder_of, in_file_name

if TYPE_CHECKING:
    from gridworker.models.days import Week
    from gridworker.models.planning import Proposal
    from gridworker.store.queries.week_plan import PlanRow
    from gridworker.store.rows import Scope
    from gridworker.store.store import Store


def plan(call: Call) -> dict[str, Any]:
    """The plan of a week with what the planner proposes; with `--accept` the proposals are put into it."""
    from gridworker.services import plan as services
    from gridworker.store.queries.week_plan import week_plan

    with call.opened() as store:
        scope, week = call.scope(store), week_of(call, store)
        proposed = services.proposal(store, scope, week)
        if call.arguments.accept:
            services.accept(store, week, proposed)
        found = week_plan(store, scope, week, downwards=services.capacity(store).downwards)
        doors = _doors(store, proposed)
    return {
        "week": str(week),
        "node": scope.name,
        "accepted": len(proposed) if call.arguments.accept else 0,
        "proposed": [_proposal(one, doors) for one in proposed],
        "planned": [_planned(row) for row in found.rows],
        "total": plain(found.total),
    }


def _doors(store: Store, proposed: tuple[Proposal, ...]) -> dict[bytes, tuple[str, str]]:
    from gridworker.store.queries.round_places import rows_of_targets

    found = rows_of_targets(store, [(one.target, one.household_id) for one in proposed])
    return {record: (row.code, row.door) for record, row in found.items()}


def _proposal(one: Proposal, doors: dict[bytes, tuple[str, str]]) -> dict[str, object]:
    code, door = doors.get(one.household_id, ("", ""))
    return {
        "target": one.target,
        "code": code,
        "door": door,
        "reason": one.reason,
        "reason_on": one.reason_on,
        "planned_on": one.planned_on,
        "part": one.part,
    }


def _planned(row: PlanRow) -> dict[str, object]:
    return {
        "target": row.home.target,
        "code": row.home.code,
        "door": row.home.door,
        "reason": row.reason,
        "reason_on": row.reason_on,
        "planned_on": row.planned_on,
        "part": row.part,
        "state": row.state,
        "outcome": row.outcome or None,
    }


def walklist(call: Call) -> dict[str, Any]:
    """Write the walk list of a week, or of one of its days, in the formats asked for."""
    with call.opened() as store:
        scope, week = call.scope(store), week_of(call, store)
        files, count = _write_walk_list(call, store, scope, week)
    return {"week": str(week), "node": scope.name, "households": count, "files": files}


def _write_walk_list(call: Call, store: Store, scope: Scope, week: Week) -> tuple[list[str], int]:
    from gridworker.exports.formats import write_document
    from gridworker.exports.walk_list import planned_walk, walk_list_document, week_words
    from gridworker.services import plan as services
    from gridworker.services.exports import record_export
    from gridworker.services.sheets import keep_sheet
    from gridworker.store.queries.week_plan import week_plan

    day = call.arguments.on
    found = week_plan(store, scope, week, downwards=services.capacity(store).downwards)
    period = day or week_words(week.first, week.last, str(week), call.wording)
    walk = planned_walk(store.identity, scope.name, period, found.rows, day)
    document = walk_list_document(walk, call.wording, f"{store.clock.moment():%Y-%m-%d %H:%M}")
    folder = folder_of(Path(call.arguments.out))
    files = []
    for kind in call.arguments.format:
        target = folder / f"{day or week}-{document.summary_name}-{in_file_name(scope.name)}.{kind}"
        write_document(document, target)
        record_export(store, "walk_list", scope.node_id, day or str(week), kind)
        files.append(str(target))
    if files:
        keep_sheet(store, scope.node_id, scope.name, day or str(week), [line.home.id for line in walk.lines])
    return files, len(walk.lines)


def roster(call: Call) -> list[Any]:
    """Who is on duty in a week at the nodes that concern an account or a node."""
    from gridworker.store.queries.roster import roster as roster_of
    from gridworker.store.queries.roster import roster_nodes

    with call.opened() as store:
        scope, week = call.scope(store), week_of(call, store)
        rows = [row for node, _ in roster_nodes(store, scope) for row in roster_of(store, node, week).rows]
    return [plain(row) for row in rows]
