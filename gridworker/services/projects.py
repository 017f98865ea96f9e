"""Projects: the idea, its needs, the application, screening round by round, sessions, money, evaluation and whether it
becomes regular. Money is whole fen (`fen`, `yuan`)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gridworker.errors import FieldInvalid
from gridworker.models.ids import new_id
from gridworker.models.op import Draft, OpKind, Value
from gridworker.models.project import MOST_FEN, closed_year_id, project_need_id
from gridworker.services import steps
from gridworker.services.acts import Done, create, do, present_values
from gridworker.store.audit import Act
from gridworker.store.statements import run
from gridworker.store.store import Store

_YUAN = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?\Z")
#: A project in one of these has ended, or was never begun.
_ENDED = ("collected", "drafted", "revise", "rejected", "continued", "closed")
PARTS = ("project_milestone", "project_entry", "project_budget")


def fen(text: str) -> int:
    """What is typed as yuan ("1200", "1,200.5", "¥80.05") in fen. Raises FieldInvalid for anything else, for more than
    two decimals or more than MOST_FEN."""
    found = _YUAN.match(text.strip().lstrip("¥￥").replace(",", "").replace("，", ""))
    value = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else -1
    if not 0 <= value <= MOST_FEN:
        raise FieldInvalid(entity="project_budget", record="", field="planned_fen", reason="not_money")
    return value


def yuan(value: int) -> str:
    """Fen as people write yuan: `1200.50`."""
    return f"{value // 100}.{value % 100:02d}"


def add(store: Store, values: Mapping[str, Value], need_ids: Sequence[bytes] = ()) -> Done:
    """A collected idea, of this year unless `year` says otherwise, for `need_ids`. Raises FieldInvalid (`year_closed`),
    NotAllowed."""
    wanted = {"year": int(store.clock.today()[:4]), **values}
    _check_days(wanted)
    record = new_id()
    drafts = [create("project", record, steps.plain("project", wanted))]
    drafts += [_link(record, need_id) for need_id in dict.fromkeys(need_ids)]
    return do(store, drafts, Act("project_added", "project", record), record)


def edit(store: Store, project_id: bytes, seen: Mapping[str, Value], values: Mapping[str, Value]) -> Done:
    """Raises FieldInvalid (`year_closed`, `before_it_begins`), NotAllowed."""
    _check_days({**seen, **values})
    return steps.edit(store, "project", project_id, seen, values, "project_edited")


def _check_days(values: Mapping[str, Value]) -> None:
    if values.get("end_on") and str(values["end_on"]) < str(values.get("start_on") or ""):
        name = str(values.get("title") or "")
        raise FieldInvalid(entity="project", record=name, field="end_on", reason="before_it_begins")


def remove(store: Store, project_id: bytes) -> Done:
    """Delete a project entered by mistake with all that belongs to it."""
    return steps.remove(store, "project", project_id, "project_removed")


def _link(project_id: bytes, need_id: bytes) -> Draft:
    values: dict[str, Value] = {"project_id": project_id, "need_id": need_id}
    return Draft("project_need", project_need_id(project_id, need_id), OpKind.CREATE, values)


def link_need(store: Store, project_id: bytes, need_id: bytes) -> Done:
    """The project answers this need. Linking twice is linking once."""
    return do(
        store, [_link(project_id, need_id)], Act("project_need_linked", "project", project_id), project_id
    )


def unlink_need(store: Store, project_id: bytes, need_id: bytes) -> Done:
    draft = Draft("project_need", project_need_id(project_id, need_id), OpKind.DELETE, {})
    return do(store, [draft], Act("project_need_unlinked", "project", project_id), project_id)


def move(store: Store, project_id: bytes, event: str, **values: Value) -> Done:
    """Cause an event of the project (models.project.PROJECT_MACHINE) that needs no screening of its own: `draft`,
    `submit`, `start`, `check`, `finish`, `evaluate`, `continue`, `close`, `reopen`, `take_back`.

    Raises FieldInvalid with the field that is missing or the rule that does not hold, NotAllowed."""
    return steps.cause(store, "project", project_id, event, **values)


def begin_screening(store: Store, project_id: bytes) -> Done:
    """Take a submitted project into its next round of screening."""
    last = present_values(store, "project", project_id, ("round",))["round"]
    return move(store, project_id, "screen", round=(last if isinstance(last, int) else 0) + 1)


_EVENTS = {"approved": "approve", "revise": "return_for_revision", "rejected": "reject"}


def screen(
    store: Store,
    project_id: bytes,
    reviewer_id: bytes,
    passed: Sequence[str],
    decision: str,
    reason: str = "",
) -> Done:
    """Record the screening of this round and move the project by its decision, in one act. `passed` are the points of
    the checklist that hold; who does not approve, or approves although points are missing, says why.

    Raises FieldInvalid, NotAllowed."""
    now = present_values(store, "project", project_id, ("round", "title"))
    if decision not in _EVENTS:
        raise FieldInvalid(
            entity="project_screening", record=str(now["title"]), field="decision", reason="not_a_choice"
        )
    values: dict[str, Value] = {
        "project_id": project_id,
        "round": now["round"],
        "reviewer_member_id": reviewer_id,
        "passed": ",".join(passed),
        "decision": decision,
        "reason": reason,
        "screened_on": store.clock.today(),
    }
    drafts = [
        create("project_screening", new_id(), steps.plain("project_screening", values)),
        steps.event_draft(store, "project", project_id, _EVENTS[decision]),
    ]
    return do(store, drafts, Act("project_screened", "project", project_id), project_id)


def add_part(store: Store, entity: str, project_id: bytes, values: Mapping[str, Value]) -> Done:
    """A milestone, an entry (session or progress) or a budget item; `entity` one of PARTS."""
    return steps.add(store, entity, {**values, "project_id": project_id}, "project_part_added")


def edit_part(
    store: Store, entity: str, record: bytes, seen: Mapping[str, Value], values: Mapping[str, Value]
) -> Done:
    return steps.edit(store, entity, record, seen, values, "project_part_edited")


def remove_part(store: Store, entity: str, record: bytes) -> Done:
    return steps.remove(store, entity, record, "project_part_removed")


def carry_over(store: Store, project_id: bytes, how: str, year: int) -> Done:
    """Make a project regular as a new one of `year` with the same plan and needs, and mark the old one continued."""
    names = [name for name in steps.fields_of("project") if name not in ("start_on", "end_on")]
    same = present_values(store, "project", project_id, tuple(names))
    record = new_id()
    with store.read() as connection:
        needs = run(
            connection, "SELECT need_id FROM project_need WHERE project_id = ? AND deleted = 0", (project_id,)
        ).fetchall()
    drafts = [
        create("project", record, {**same, "year": year, "continues_id": project_id}),
        *(_link(record, need[0]) for need in needs),
        steps.event_draft(
            store, "project", project_id, "continue", continued_how=how, continues_as_id=record
        ),
    ]
    return do(store, drafts, Act("project_continue", "project", project_id), record)


def close_year(store: Store, year: int) -> Done:
    """From now on the projects of `year` stay as they are. Raises FieldInvalid `projects_open` while one of them is
    still under way, NotAllowed."""
    marks = ", ".join("?" * len(_ENDED))
    with store.read() as connection:
        waiting = run(
            connection,
            f"SELECT no FROM project WHERE year = ? AND deleted = 0 AND state NOT IN ({marks}) LIMIT 1",
            (year, *_ENDED),
        ).fetchone()
    if waiting:
        raise FieldInvalid(entity="project", record=waiting[0], field="year", reason="projects_open")
    values: dict[str, Value] = {"year": year, "closed_on": store.clock.today()}
    draft = Draft("closed_year", closed_year_id(year), OpKind.CREATE, values)
    return do(store, [draft], Act("year_closed", "closed_year", draft.record, {"year": year}), draft.record)


def open_year(store: Store, year: int) -> Done:
    """Take back that a year was closed."""
    draft = Draft("closed_year", closed_year_id(year), OpKind.DELETE, {})
    return do(store, [draft], Act("year_opened", "closed_year", draft.record, {"year": year}), draft.record)
