"""The week's plan of visits: propose, accept, add, move, drop, put back. A visit that is logged ends its plan item
in the same transaction (`endings`)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from types import MappingProxyType

from gridworker.changes import Changes
from gridworker.errors import FieldInvalid, NotFound
from gridworker.models.days import Week
from gridworker.models.machine import EVENT
from gridworker.models.op import Draft, OpKind, Value
from gridworker.models.planning import Capacity, Proposal, plan_item_id, propose
from gridworker.services.acts import Done, do
from gridworker.store.audit import Act
from gridworker.store.queries.shops import target_of
from gridworker.store.queries.week_plan import candidates, taken_days
from gridworker.store.rows import Scope
from gridworker.store.store import Store

_CAPACITY = "plan.capacity"
_MOST = 50
_TARGETS = ("household", "shop", "public_spot")
_COLUMNS = "household_id, shop_id, public_spot_id, week, state, deleted, reason, reason_on, planned_on, part"


def capacity(store: Store) -> Capacity:
    """How much a micro-grid takes on, as this computer was told last."""
    kept = store.state(_CAPACITY)
    try:
        found = Capacity(**json.loads(kept)) if kept else Capacity()
    except (ValueError, TypeError):  # written by another version
        return Capacity()
    return found if _sensible(found) else Capacity()


def _sensible(wanted: Capacity) -> bool:
    return 1 <= wanted.per_day <= wanted.per_week <= _MOST


def keep_capacity(store: Store, wanted: Capacity) -> None:
    """Remember on this computer how much a micro-grid takes on. Raises FieldInvalid unless
    1 <= per day <= per week <= 50."""
    if not _sensible(wanted):
        raise FieldInvalid(entity="plan_item", record="", field="capacity", reason="too_large")
    store.set_state({_CAPACITY: json.dumps(asdict(wanted)).encode()})


def proposal(store: Store, scope: Scope, week: Week) -> tuple[Proposal, ...]:
    """What the planner proposes for `week` in `scope`, beside what is planned there already."""
    return propose(
        candidates(store, scope, week),
        week,
        store.clock.today(),
        capacity(store),
        taken_days(store, scope, week),
    )


def accept(store: Store, week: Week, proposals: Iterable[Proposal]) -> Changes:
    """Put proposals into the plan. A server judges each micro-grid by itself; here all are saved or none."""
    chosen = sorted(proposals, key=lambda one: one.micro_grid)
    if not chosen:
        return Changes()
    drafts = [
        _planned(one.household_id, week, one.reason, one.reason_on, one.planned_on, one.part, one.target)
        for one in chosen
    ]
    micros = [one.micro_grid for one in chosen]
    groups = [micros.count(micro) for micro in dict.fromkeys(micros)]
    act = Act("plan_accepted", "plan_item", None, {"week": str(week), "count": len(drafts)})
    return store.save(drafts, act, groups=groups).changes


def _planned(
    household_id: bytes,
    week: Week,
    reason: str,
    reason_on: str | None,
    planned_on: str | None,
    part: str | None,
    target: str,
) -> Draft:
    values: dict[str, Value] = {
        f"{target}_id": household_id,
        "week": str(week),
        "reason": reason,
        "reason_on": reason_on,
        "planned_on": planned_on,
        "part": part,
    }
    return Draft("plan_item", plan_item_id(household_id, week), OpKind.CREATE, values)


def _event(item_id: bytes, state: object, name: str, **values: Value) -> Draft:
    return Draft("plan_item", item_id, OpKind.EVENT, {EVENT: name, **values}, {"state": str(state)})


def _row(store: Store, item_id: bytes) -> dict[str, Value] | None:
    with store.read() as connection:
        found = connection.exec_driver_sql(
            f"SELECT {_COLUMNS} FROM plan_item WHERE id = ?", (item_id,)
        ).fetchone()
    return dict(zip(_COLUMNS.split(", "), found, strict=True)) if found else None


def _known(store: Store, item_id: bytes) -> dict[str, Value]:
    found = _row(store, item_id)
    if found is None or found["deleted"]:
        raise NotFound(what="plan_item")
    return found


def _into_plan(
    store: Store,
    household_id: bytes,
    week: Week,
    reason: str,
    reason_on: str | None,
    planned_on: str | None,
    target: str = "household",
) -> list[Draft]:
    """The ops after which a household, or the `target` named, stands in the plan of `week`, whatever became of it there
    before."""
    item_id = plan_item_id(household_id, week)
    known = _row(store, item_id)
    if known is None or known["deleted"]:
        return [_planned(household_id, week, reason, reason_on, planned_on, None, target)]
    drafts = []
    if known["state"] in ("moved", "dropped"):
        drafts.append(_event(item_id, known["state"], "reinstate"))
    if planned_on and known["planned_on"] != planned_on:
        drafts.append(
            Draft(
                "plan_item",
                item_id,
                OpKind.SET,
                {"planned_on": planned_on},
                {"planned_on": known["planned_on"]},
            )
        )
    return drafts


def add(store: Store, household_ids: Sequence[bytes], week: Week, planned_on: str | None = None) -> Changes:
    """Put households, shops or spots into the plan by hand. Raises FieldInvalid for one that wants no visits or is
    shut, NotAllowed."""
    today, drafts = store.clock.today(), []
    for record in dict.fromkeys(household_ids):
        target = target_of(store, record)
        _refuse_unwanted(store, record, target)
        drafts += _into_plan(store, record, week, "by_hand", today, planned_on, target)
    if not drafts:
        return Changes()
    return store.save(drafts, Act("plan_added", "plan_item", drafts[0].record)).changes


def add_several(store: Store, household_ids: Sequence[bytes], week: Week) -> Done:
    """Put chosen households into the plan as one act. Who wants no visits, stands empty or was in this week's plan
    already is left alone. Raises NotAllowed."""
    items = {plan_item_id(home, week): home for home in household_ids}
    marks = ", ".join("?" * len(items))
    with store.read() as connection:
        fit = connection.exec_driver_sql(
            "SELECT id FROM household WHERE deleted = 0 AND coalesce(visit_opt_out, 0) = 0 "
            f"AND occupancy <> 'vacant' AND id IN ({marks})",
            tuple(items.values()),
        )
        visited = {row[0] for row in fit}
        there = connection.exec_driver_sql(
            f"SELECT id FROM plan_item WHERE deleted = 0 AND id IN ({marks})", tuple(items)
        )
        planned = {row[0] for row in there}
    today = store.clock.today()
    drafts = [
        _planned(home, week, "by_hand", today, None, None, "household")
        for item, home in items.items()
        if home in visited and item not in planned
    ]
    record = drafts[0].record if drafts else b""
    return do(store, drafts, Act("plan_added", "plan_item", record), record)


_WANTED = MappingProxyType(
    {
        "household": "SELECT code, coalesce(visit_opt_out, 0), occupancy = 'vacant', 'vacant' FROM household",
        "shop": "SELECT name, 0, status <> 'open', 'shut' FROM shop",
        "public_spot": "SELECT name, 0, 0, '' FROM public_spot",
    }
)


def _refuse_unwanted(store: Store, record: bytes, target: str) -> None:
    with store.read() as connection:
        found = connection.exec_driver_sql(
            f"{_WANTED[target]} WHERE id = ? AND deleted = 0", (record,)
        ).fetchone()
    if found is None:
        raise NotFound(what=target)
    if found[1] or found[2]:
        reason = "opted_out" if found[1] else str(found[3])
        raise FieldInvalid(entity="plan_item", record=str(found[0]), field=f"{target}_id", reason=reason)


def move(
    store: Store, item_id: bytes, week: Week, planned_on: str | None = None, reason: str = ""
) -> Changes:
    """Take what is planned out of its week and plan it for another, with the reason it was planned for; `reason` says
    why it is moved and may stay empty. Raises FieldInvalid for a reason that holds an identity number."""
    known = _known(store, item_id)
    target = next(name for name in _TARGETS if known[f"{name}_id"] is not None)
    home, reason_on = known[f"{target}_id"], known["reason_on"]
    if not isinstance(home, bytes):
        raise NotFound(what=target)
    if str(week) == known["week"]:
        return set_day(store, item_id, planned_on, None)
    said: dict[str, Value] = {"move_reason": reason.strip()} if reason.strip() else {}
    drafts = [_event(item_id, known["state"], "move", moved_week=str(week), **said)]
    because = str(reason_on) if reason_on else None
    drafts += _into_plan(store, home, week, str(known["reason"]), because, planned_on, target)
    return store.save(drafts, Act("plan_moved", "plan_item", item_id)).changes


def drop(store: Store, item_id: bytes, reason: str) -> Changes:
    """Take a household out of the plan for a reason. Raises FieldInvalid without one."""
    known = _known(store, item_id)
    draft = _event(item_id, known["state"], "drop", drop_reason=reason.strip())
    return store.save([draft], Act("plan_dropped", "plan_item", item_id)).changes


def reinstate(store: Store, item_id: bytes) -> Changes:
    """Put an item back that was moved, dropped or ended."""
    known = _known(store, item_id)
    if known["state"] == "planned":
        return Changes()
    draft = _event(item_id, known["state"], "reinstate")
    return store.save([draft], Act("plan_reinstated", "plan_item", item_id)).changes


def set_day(store: Store, item_id: bytes, planned_on: str | None, part: str | None) -> Changes:
    """Plan an item for another day or part of the day. Raises FieldInvalid for a day outside its week."""
    known = _known(store, item_id)
    if planned_on and str(Week.of_day(planned_on)) != known["week"]:
        raise FieldInvalid(entity="plan_item", record="", field="planned_on", reason="other_week")
    wanted: dict[str, Value] = {"planned_on": planned_on, "part": part}
    changed = {name: value for name, value in wanted.items() if value != known[name]}
    if not changed:
        return Changes()
    base = {name: known[name] for name in changed}
    draft = Draft("plan_item", item_id, OpKind.SET, changed, base)
    return store.save([draft], Act("plan_day_set", "plan_item", item_id)).changes


def withdraw(store: Store, item_ids: Sequence[bytes]) -> Changes:
    """Take back what was put into the plan, as if it had never been there: the undo of accepting and adding."""
    drafts = [Draft("plan_item", item_id, OpKind.DELETE, {}) for item_id in item_ids]
    if not drafts:
        return Changes()
    return store.save(drafts, Act("plan_withdrawn", "plan_item", item_ids[0])).changes


# -- visits --------------------------------------------------------------------------------------------------------


def endings(
    store: Store,
    household_id: bytes,
    visit_id: bytes,
    visited_on: str,
    outcome: str,
    next_on: str | None,
    target: str = "household",
) -> list[Draft]:
    """What a visit does to the plan: the item of its week ends, and a promised day enters the plan of its week."""
    try:
        week, promised = Week.of_day(visited_on), Week.of_day(next_on or visited_on)
    except ValueError:  # the visit itself will be refused for it
        return []
    item_id = plan_item_id(household_id, week)
    known = _row(store, item_id)
    drafts = []
    if known is not None and not known["deleted"] and known["state"] != "done":
        name = _ending(outcome)
        open_ = known["state"] in ("planned", "absent_retry")
        if name == "finish" or open_:
            drafts.append(_event(item_id, known["state"], name, visit_id=visit_id))
    if outcome == "rescheduled" and next_on:
        drafts += _into_plan(store, household_id, promised, "promised", next_on, next_on, target)
    return drafts


def _ending(outcome: str) -> str:
    return "miss" if outcome in ("absent", "rescheduled") else "finish"


def amendments(store: Store, visit_id: bytes, outcome: str) -> list[Draft]:
    """What another outcome of a saved visit does to the item that it ended."""
    wanted = "absent_retry" if _ending(outcome) == "miss" else "done"
    with store.read() as connection:
        found = connection.exec_driver_sql(
            "SELECT id, state FROM plan_item WHERE deleted = 0 AND visit_id = ? AND state IN ('done', 'absent_retry') "
            "AND state <> ?",
            (visit_id, wanted),
        ).fetchall()
    drafts = []
    for item_id, state in found:
        if wanted == "absent_retry":
            drafts.append(_event(item_id, state, "reinstate"))
            state = "planned"
        drafts.append(_event(item_id, state, _ending(outcome), visit_id=visit_id))
    return drafts


def reopenings(store: Store, visit_ids: Sequence[bytes]) -> list[Draft]:
    """What voiding visits does to the plan: the items they ended are open again."""
    marks = ", ".join("?" * len(visit_ids))
    with store.read() as connection:
        rows = connection.exec_driver_sql(
            f"SELECT id, state FROM plan_item WHERE deleted = 0 AND visit_id IN ({marks}) "
            "AND state IN ('done', 'absent_retry')",
            tuple(visit_ids),
        ).fetchall()
    return [_event(row[0], row[1], "reinstate") for row in rows]
