"""The chosen record of a list in words, for the card below the lists. No Qt."""

from __future__ import annotations

from gridworker.models.op import Value
from gridworker.services.projects import yuan
from gridworker.ui.pages.links import links_shown
from gridworker.ui.pages.lists.shown import Told
from gridworker.ui.pages.lists.source import NEED, PROJECT, RESOURCE, Board, Chosen
from gridworker.ui.pages.values import value_words
from gridworker.ui.pages.words import code_word
from gridworker.wording import Wording

_DONE = {True: "lists.reached", False: "lists.ahead"}


def name_of(board: Board, record: bytes) -> str:
    """What a record of the lists is called; "" for one that is not listed."""
    named = [
        *((row.id, row.title) for row in board.needs),
        *((row.id, row.name) for row in board.resources),
        *((row.id, row.title) for row in board.tasks),
        *((row.id, row.title) for row in board.projects),
        *(pair for pairs in board.open_ones.values() for pair in pairs),
    ]
    return next((name for known, name in named if known == record), "")


def category_word(board: Board, wording: Wording, code: object) -> str:
    """A category's name: the community's own, else the product's."""
    own = dict(board.categories).get(str(code or ""), "")
    return own or code_word(wording, "catalogue.demand_category", str(code or ""))


def _word(wording: Wording, kind: str, name: str, values: dict[str, Value]) -> str:
    return value_words(wording, kind, name, str(values[name] or ""))


def told(chosen: Chosen, board: Board, wording: Wording) -> Told:
    """Heading, facts and lines for what is chosen."""
    values, kind = chosen.values, chosen.kind
    title = str(values["name"] if kind == RESOURCE else values["title"])
    facts = [str(values.get("no") or ""), _word(wording, kind, "state", values)]
    lines = []
    if kind == NEED:
        facts += [category_word(board, wording, values["category"]), str(values["wanted_by"] or "")]
        lines = [str(values["note"] or ""), str(values["outcome"] or "")]
    elif kind == RESOURCE:
        served = [category_word(board, wording, code) for code in str(values["serves"]).split(",")]
        facts += [
            _word(wording, kind, "kind", values),
            _word(wording, kind, "price_mode", values),
            wording("lists.joint").join(served),
        ]
        lines = [str(values["conditions"] or "")]
    elif kind == PROJECT:
        facts, lines = _project(chosen, wording, facts)
    else:
        facts.append(str(values["due_on"] or ""))
        lines = [str(values["details"] or ""), str(values["result"] or "")]
    lines += _promises(chosen, wording)
    for fit in chosen.suggestions:
        why = wording("lists.joint").join(wording(f"lists.reason.{reason}") for reason in fit.reasons)
        lines.append(wording("lists.fits", name=name_of(board, fit.resource_id), why=why))
    links = links_shown(chosen.ways, wording)
    return Told(title, tuple(fact for fact in facts if fact), tuple(line for line in lines if line), links)


def _project(chosen: Chosen, wording: Wording, facts: list[str]) -> tuple[list[str], list[str]]:
    found = chosen.project
    assert found is not None
    row, values = found.row, chosen.values
    facts += [wording("lists.round", n=row.round) if row.round else "", str(row.year), row.lead_name]
    if row.person_times:
        facts.append(wording("lists.people", n=row.person_times))
    lines = [str(values[name] or "") for name in ("goal", "long_term_plan", "closing_note")]
    if found.sees_office and found.budget:
        lines.append(wording("lists.money", planned=yuan(found.planned_fen), actual=yuan(found.actual_fen)))
    lines += [
        wording(
            "lists.milestone",
            name=one.title,
            day=one.done_on or one.due_on,
            done=wording(_DONE[bool(one.done_on)]),
        )
        for one in found.milestones
    ]
    missing = next((step.missing for step in chosen.steps if step.event == "submit"), ())
    if missing:
        names = wording("lists.joint").join(wording(f"errors.field.{name}") for name in missing)
        lines.append(wording("lists.missing", fields=names))
    return facts, lines


def _promises(chosen: Chosen, wording: Wording) -> list[str]:
    said = []
    for one in chosen.promises:
        state = wording(f"choices.resource_promise.state.{one.state}")
        if one.refusal:
            state = (
                f"{state}{wording('lists.joint')}{wording(f'choices.resource_promise.refusal.{one.refusal}')}"
            )
        name = one.purpose if chosen.kind == RESOURCE else one.resource
        said.append(wording("lists.promised", name=name, state=state))
    return said
