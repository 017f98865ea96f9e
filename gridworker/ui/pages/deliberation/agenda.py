"""Forms that change what belongs to an issue or a meeting: the agenda and its order, advice, needs that are linked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridworker.errors import FieldInvalid
from gridworker.models.op import Value
from gridworker.services.acts import Done
from gridworker.ui.pages.deliberation.attendance import kept_lines
from gridworker.ui.pages.deliberation.source import Board, Chosen
from gridworker.ui.pages.record_form import FormPlan

if TYPE_CHECKING:
    from gridworker.ui.pages.deliberation.acting import DeliberationActs


def items_of(chosen: Chosen) -> list[tuple[bytes, str]]:
    """The issues on the agenda of the chosen meeting, in their order."""
    return [(row.id, row.title) for row in chosen.meeting.agenda] if chosen.meeting else []


def add_item(acts: DeliberationActs, chosen: Chosen, treatable: list[tuple[bytes, str]]) -> None:
    there = [record for record, _ in items_of(chosen)]

    def save(values: dict[str, Value]) -> Done:
        issue = values["issue_id"]
        return acts.source.set_agenda(chosen.record, (*there, issue if isinstance(issue, bytes) else b""))

    acts.small_form("add_item", "agenda_item", ("issue_id",), save, {"issue_id": treatable})


def drop_item(acts: DeliberationActs, chosen: Chosen) -> None:
    items = items_of(chosen)

    def save(values: dict[str, Value]) -> Done:
        kept = tuple(record for record, _ in items if record != values["issue_id"])
        return acts.source.set_agenda(chosen.record, kept)

    acts.small_form("drop_item", "agenda_item", ("issue_id",), save, {"issue_id": items})


def order(acts: DeliberationActs, chosen: Chosen) -> None:
    """Put one issue at another place of the agenda, counted from 1; the others close up."""
    items = items_of(chosen)

    def save(values: dict[str, Value]) -> Done:
        moved, place = values["issue_id"], int(str(values["sort_no"] or 1))
        rest = [record for record, _ in items if record != moved]
        rest.insert(max(0, place - 1), moved if isinstance(moved, bytes) else b"")
        return acts.source.set_agenda(chosen.record, tuple(rest))

    acts.small_form("order", "agenda_item", ("issue_id", "sort_no"), save, {"issue_id": items}, sort_no=1)


def advise(acts: DeliberationActs, chosen: Chosen, board: Board) -> None:
    """Advice by capacity, or of a member of the organisation by name; a resident is never named."""
    known = chosen.meeting.attendance if chosen.meeting else ()

    def save(values: dict[str, Value]) -> Done:
        if not values["advice"]:  # whoever only came is counted with the others
            raise FieldInvalid(entity="meeting_attendance", record="", field="advice", reason="required")
        return acts.source.attend(chosen.record, [*kept_lines(known), values])

    names = ("capacity", "head_count", "member_id", "advice")
    seen: dict[str, Value] = {"capacity": "expert", "head_count": 1}
    plan = FormPlan(
        "meeting_attendance",
        names,
        frozenset(("capacity", "head_count", "advice")),
        seen,
        {"member_id": board.members},
    )
    acts.ask("expert", plan, save)


def unlink(acts: DeliberationActs, chosen: Chosen) -> None:
    """A need out of which the issue was not raised after all."""
    needs = [(need.id, f"{need.no} {need.title}") for need in chosen.issue.needs] if chosen.issue else []

    def save(values: dict[str, Value]) -> Done:
        need = values["need_id"]
        return acts.source.unlink_need(chosen.record, need if isinstance(need, bytes) else b"")

    acts.small_form("unlink", "issue_need", ("need_id",), save, {"need_id": needs})
