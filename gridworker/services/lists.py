"""The three lists: needs, resources, what is promised to whom, and tasks that partner units take on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gridworker.errors import FieldInvalid
from gridworker.models.ids import new_id
from gridworker.models.op import Value
from gridworker.services import steps
from gridworker.services.acts import Done, create, do, present_values
from gridworker.store.audit import Act
from gridworker.store.store import Store


@dataclass(frozen=True)
class Asked:
    """A promise or claim that was asked for: "confirmed" where this computer decides, else "requested" until the
    server has answered; "refused" with its reason (models.lists.REFUSALS)."""

    done: Done
    state: str
    refusal: str


# -- needs ---------------------------------------------------------------------------------------------------------


def add_need(store: Store, values: Mapping[str, Value]) -> Done:
    """Put a need on the list. With `no`, the number of a demand, it stands for that demand; without, it gets its own.
    Raises FieldInvalid, NotAllowed."""
    wanted = {"raised_on": store.clock.today(), **values}
    return steps.add(store, "need", wanted, "need_added")


def edit_need(store: Store, need_id: bytes, seen: Mapping[str, Value], values: Mapping[str, Value]) -> Done:
    return steps.edit(store, "need", need_id, seen, values, "need_edited")


def remove_need(store: Store, need_id: bytes) -> Done:
    """Raises FieldInvalid `has_dependants` while a project, an issue or a promise refers to it."""
    return steps.remove(store, "need", need_id, "need_removed")


def meet_need(store: Store, need_id: bytes, outcome: str, met_on: str = "") -> Done:
    """Say how a need was met: this is what is fed back to whoever raised it."""
    on = met_on or store.clock.today()
    return steps.cause(store, "need", need_id, "meet", outcome=outcome, met_on=on)


def withdraw_need(store: Store, need_id: bytes, reason: str) -> Done:
    return steps.cause(store, "need", need_id, "withdraw", end_reason=reason)


def reopen_need(store: Store, need_id: bytes, reason: str) -> Done:
    return steps.cause(store, "need", need_id, "reopen", reopen_reason=reason)


# -- resources -----------------------------------------------------------------------------------------------------


def add_resource(store: Store, values: Mapping[str, Value]) -> Done:
    """Offer a resource, from today on unless `valid_from` says otherwise. Raises FieldInvalid, NotAllowed."""
    wanted = {"valid_from": store.clock.today(), **values}
    _check_days(wanted)
    return steps.add(store, "resource", wanted, "resource_added")


def edit_resource(
    store: Store, resource_id: bytes, seen: Mapping[str, Value], values: Mapping[str, Value]
) -> Done:
    """Raises FieldInvalid `promised_already` for a quantity below what is promised."""
    _check_days({**seen, **values})
    return steps.edit(store, "resource", resource_id, seen, values, "resource_edited")


def _check_days(values: Mapping[str, Value]) -> None:
    if values.get("valid_to") and str(values["valid_to"]) < str(values.get("valid_from") or ""):
        name = str(values.get("name") or "")
        raise FieldInvalid(entity="resource", record=name, field="valid_to", reason="before_it_begins")


def remove_resource(store: Store, resource_id: bytes) -> Done:
    """Raises FieldInvalid `has_dependants` once it was promised: such a resource is withdrawn."""
    return steps.remove(store, "resource", resource_id, "resource_removed")


def move_resource(store: Store, resource_id: bytes, event: str, reason: str = "") -> Done:
    """Cause `use_up`, `withdraw` (with a reason) or `offer_again`."""
    said: dict[str, Value] = {"end_reason": reason} if event == "withdraw" else {}
    return steps.cause(store, "resource", resource_id, event, **said)


def promise(store: Store, resource_id: bytes, values: Mapping[str, Value]) -> Asked:
    """Ask for `amount` (1) of a resource for one of `need_id`, `project_id`, `task_id`, `from_on` … `to_on` or as long
    as it is offered.

    Raises FieldInvalid, NotAllowed. That it is promised elsewhere is no error: it ends refused, as a record."""
    wanted = {"amount": 1, **values, "resource_id": resource_id, **steps.own_member(store)}
    return _ask(store, "resource_promise", wanted, "resource_promised")


def give(store: Store, promise_id: bytes, given_on: str = "") -> Done:
    """What was promised was handed over or took place."""
    return steps.cause(
        store, "resource_promise", promise_id, "give", given_on=given_on or store.clock.today()
    )


def take_again(store: Store, promise_id: bytes) -> Done:
    return steps.cause(store, "resource_promise", promise_id, "take_again")


def release(store: Store, promise_id: bytes, reason: str) -> Done:
    """The resource is free again for others."""
    return steps.cause(store, "resource_promise", promise_id, "release", end_reason=reason)


# -- tasks ---------------------------------------------------------------------------------------------------------


def publish_task(store: Store, values: Mapping[str, Value]) -> Done:
    """Ask the community's partners for something. Raises FieldInvalid, NotAllowed."""
    wanted = {"published_on": store.clock.today(), **values}
    return steps.add(store, "task", wanted, "task_published")


def edit_task(store: Store, task_id: bytes, seen: Mapping[str, Value], values: Mapping[str, Value]) -> Done:
    return steps.edit(store, "task", task_id, seen, values, "task_edited")


def remove_task(store: Store, task_id: bytes) -> Done:
    """Raises FieldInvalid `has_dependants` once it was claimed: such a task is withdrawn."""
    return steps.remove(store, "task", task_id, "task_removed")


def claim(store: Store, task_id: bytes, org_unit_id: bytes, note: str = "") -> Asked:
    """Take a task on for an organisation. Of two claims the first to reach the authority stands; the other ends
    refused, as a record. Raises FieldInvalid, NotAllowed."""
    wanted: dict[str, Value] = {"task_id": task_id, "org_unit_id": org_unit_id, "note": note}
    return _ask(store, "task_claim", {**wanted, **steps.own_member(store)}, "task_claimed")


def release_claim(store: Store, claim_id: bytes, reason: str) -> Done:
    """Give a task up; others may take it on again."""
    return steps.cause(store, "task_claim", claim_id, "release", end_reason=reason)


def finish_task(store: Store, task_id: bytes, result: str, done_on: str = "") -> Done:
    """Raises FieldInvalid `not_claimed` while nobody has it."""
    on = done_on or store.clock.today()
    return steps.cause(store, "task", task_id, "finish", result=result, done_on=on)


def withdraw_task(store: Store, task_id: bytes, reason: str) -> Done:
    return steps.cause(store, "task", task_id, "withdraw", end_reason=reason)


def publish_again(store: Store, task_id: bytes) -> Done:
    return steps.cause(store, "task", task_id, "publish_again")


def _ask(store: Store, entity: str, values: Mapping[str, Value], act: str) -> Asked:
    record = new_id()
    done = do(store, [create(entity, record, steps.plain(entity, values))], Act(act, entity, record), record)
    found = present_values(store, entity, record, ("state", "refusal"))
    return Asked(done, str(found["state"]), str(found["refusal"] or ""))
