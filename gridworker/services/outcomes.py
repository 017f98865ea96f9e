"""Where demands meet the lists: a demand goes on the list of needs, becomes an issue or a project, stays open
meanwhile, and hears what came of it. What others see of it is its number and words written for them."""

from __future__ import annotations

from collections.abc import Mapping

from gridworker.errors import NotFound
from gridworker.models.deliberation import link_id
from gridworker.models.ids import new_id
from gridworker.models.op import Draft, OpKind, Value
from gridworker.models.project import project_need_id
from gridworker.services import demands, steps
from gridworker.services.acts import Done, create, do, present_values
from gridworker.store.audit import Act
from gridworker.store.queries.demands import now_of
from gridworker.store.queries.outcomes import demands_behind, need_of
from gridworker.store.statements import run
from gridworker.store.store import Store

_NOT_KEPT = 1000
_OUTCOME = 500


def list_demand(
    store: Store, demand_id: bytes, title: str, values: Mapping[str, Value] | None = None
) -> Done:
    """Put a demand on the list of needs by its number, its category and a `title` without anybody's name. A demand
    that is there already is left as it is. Raises FieldInvalid, NotAllowed, NotFound."""
    record, drafts = _need(store, demand_id, title, values or {})
    return do(store, drafts, Act("need_added", "need", record), record)


def _need(
    store: Store, demand_id: bytes, title: str, values: Mapping[str, Value]
) -> tuple[bytes, list[Draft]]:
    demand = present_values(store, "demand", demand_id, ("no", "category"))
    known = need_of(store, str(demand["no"]))
    if known is not None:
        return known, []
    record = new_id()
    wanted = {"raised_on": store.clock.today(), **demand, **values, "title": title}
    return record, [create("need", record, steps.plain("need", wanted))]


def to_issue(store: Store, demand_id: bytes, issue_id: bytes, title: str = "") -> Done:
    """The demand goes on as this issue and stays open until the outcome is fed back. With a `title`, written for the
    list, it also stands among the needs, from where the issue's page names it by its number.

    Raises EventRefused, FieldInvalid, NotAllowed, NotFound; then nothing was changed."""
    return _become(store, demand_id, "issue", issue_id, title)


def to_project(store: Store, demand_id: bytes, project_id: bytes, title: str = "") -> Done:
    """As `to_issue`, for a project."""
    return _become(store, demand_id, "project", project_id, title)


def _become(store: Store, demand_id: bytes, entity: str, record: bytes, title: str) -> Done:
    no = present_values(store, entity, record, ("no",))["no"]
    drafts = [demands.event_draft(store, demand_id, f"to_{entity}", became_no=no)]
    if title.strip():
        need_id, made = _need(store, demand_id, title, {})
        make = project_need_id if entity == "project" else _issue_need_id
        values: dict[str, Value] = {f"{entity}_id": record, "need_id": need_id}
        drafts += [*made, Draft(f"{entity}_need", make(record, need_id), OpKind.CREATE, values)]
    return do(store, drafts, Act(f"demand_to_{entity}", "demand", demand_id), demand_id)


def _issue_need_id(issue_id: bytes, need_id: bytes) -> bytes:
    return link_id("issue_need", issue_id, need_id)


def feed_back(store: Store, entity: str, record: bytes, text: str) -> Done:
    """Tell what came of an `entity` ("issue" or "project"): every open need behind it is met by it, and every demand
    on this computer that waits for it hears it in its log, so that whoever handles it can answer the reporter. One
    act; demands that this account may not answer are left to those who may.

    Raises FieldInvalid for an empty text, NotAllowed, NotFound."""
    drafts = [*need_drafts(store, entity, record, text), *demand_drafts(store, entity, record, text)]
    return do(store, drafts, Act("outcome_fed_back", entity, record), record)


def need_drafts(store: Store, entity: str, record: bytes, text: str) -> list[Draft]:
    """The ops by which the open needs behind an issue or a project are met."""
    table, column = {"issue": ("issue_need", "issue_id"), "project": ("project_need", "project_id")}[entity]
    with store.read() as connection:
        rows = run(
            connection,
            f"SELECT n.id FROM {table} l JOIN need n ON n.id = l.need_id AND n.deleted = 0 AND n.state = 'open' "
            f"WHERE l.{column} = ? AND l.deleted = 0",
            (record,),
        ).fetchall()
    on = store.clock.today()
    return [
        steps.event_draft(store, "need", row[0], "meet", outcome=text.strip()[:_OUTCOME], met_on=on)
        for row in rows
    ]


def demand_drafts(store: Store, entity: str, record: bytes, text: str) -> list[Draft]:
    """The ops by which the demands that wait for an issue or a project hear what came of it."""
    no = str(present_values(store, entity, record, ("no",))["no"])
    drafts = []
    for behind in demands_behind(store, no):
        if behind.waits and _may_hear(store, behind.id):
            note = text.strip()[:_NOT_KEPT]
            drafts.append(demands.event_draft(store, behind.id, "feed_back", note, fed_back_at=now_of(store)))
    return drafts


def _may_hear(store: Store, demand_id: bytes) -> bool:
    try:
        return any(
            step.event == "feed_back" and step.possible for step in demands.next_steps(store, demand_id)
        )
    except NotFound:  # gone between the two looks
        return False
