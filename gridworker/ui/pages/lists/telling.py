"""The chosen record of a list in words, for the card below the lists. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from gridworker.models.lists import STANDING
from gridworker.models.op import Value
from gridworker.models.project import CHECKLIST
from gridworker.services.projects import yuan
from gridworker.store.queries.projects import Screening
from gridworker.ui.pages.links import links_shown
from gridworker.ui.pages.lists.shown import Told
from gridworker.ui.pages.lists.source import NEED, PROJECT, RESOURCE, TASK, Board, Chosen
from gridworker.ui.pages.values import value_words
from gridworker.ui.pages.words import DOT, code_word
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
    more, lines = _TOLD[kind](chosen, board, wording)
    lines += _promises(chosen, wording)
    for fit in chosen.suggestions:
        why = wording("lists.joint").join(wording(f"lists.reason.{reason}") for reason in fit.reasons)
        lines.append(wording("lists.fits", name=name_of(board, fit.resource_id), why=why))
    links = links_shown(chosen.ways, wording)
    return Told(title, tuple(filter(None, (*facts, *more))), tuple(filter(None, lines)), links)


def _said(wording: Wording, kind: str, values: dict[str, Value], *names: str) -> list[str]:
    """Fields that are filled in, each with its name before it."""
    said = ((name, value_words(wording, kind, name, str(values[name] or ""))) for name in names)
    return [
        wording("lists.said", field=wording(f"errors.field.{name}"), value=value)
        for name, value in said
        if value
    ]


def _codes(wording: Wording, kind: str, name: str, values: dict[str, Value]) -> str:
    """The words of several codes."""
    found = str(values[name] or "").split(",")
    return wording("lists.joint").join(value_words(wording, kind, name, code) for code in found if code)


def _until(wording: Wording, first: Value, last: Value) -> str:
    """From day to day; "" where no day is said."""
    if first and last:
        return wording("lists.days", first=first, last=last)
    if first:
        return wording("lists.days_from", first=first)
    return wording("lists.days_until", last=last) if last else ""


def _need(chosen: Chosen, board: Board, wording: Wording) -> tuple[list[str], list[str]]:
    values = chosen.values
    place = dict(board.areas).get(values["area_unit_id"] or b"", "")  # type: ignore[arg-type]
    wanted = wording("lists.wanted_by", day=values["wanted_by"]) if values["wanted_by"] else ""
    category = category_word(board, wording, values["category"])
    facts = [category, place, _codes(wording, NEED, "times", values), wanted]
    return facts, [str(values["note"] or ""), *_said(wording, NEED, values, "outcome", "end_reason")]


def _resource(chosen: Chosen, board: Board, wording: Wording) -> tuple[list[str], list[str]]:
    values = chosen.values
    served = (category_word(board, wording, code) for code in str(values["serves"]).split(","))
    there = " ".join(str(values[name]) for name in ("quantity", "measure") if values[name])
    facts = [
        _word(wording, RESOURCE, "kind", values),
        dict(board.orgs).get(values["provider_id"] or b"", ""),  # type: ignore[arg-type]
        _word(wording, RESOURCE, "price_mode", values),
        wording("lists.joint").join(served),
        there,
        _codes(wording, RESOURCE, "times", values),
        _until(wording, values["valid_from"], values["valid_to"]),
    ]
    return facts, [
        str(values["conditions"] or ""), *_said(wording, RESOURCE, values, "contact_post", "end_reason")
    ]  # fmt: skip


def _task(chosen: Chosen, _board: Board, wording: Wording) -> tuple[list[str], list[str]]:
    values = chosen.values
    due = wording("lists.wanted_by", day=values["due_on"]) if values["due_on"] else ""
    taken = next((claim.org for claim in chosen.claims if claim.state in STANDING), "")
    lines = [str(values["details"] or "")]
    for claim in sorted(chosen.claims, key=lambda one: one.state == "refused"):
        state = wording(f"choices.task_claim.state.{claim.state}")
        if claim.state == "refused":
            why = wording(f"choices.task_claim.refusal.{claim.refusal}")
            has = wording("lists.has_it", org=taken) if taken else ""
            lines.append(wording("lists.not_claimed", org=claim.org, who=claim.by, why=why, has=has))
        else:
            lines.append(
                wording("lists.claim", org=claim.org, who=claim.by, state=state, note=claim.note).rstrip(DOT)
            )
    return [_codes(wording, TASK, "audience", values), due], [
        *lines, *_said(wording, TASK, values, "result", "end_reason")
    ]  # fmt: skip


def _project(chosen: Chosen, _board: Board, wording: Wording) -> tuple[list[str], list[str]]:
    found = chosen.project
    assert found is not None
    row, values = found.row, chosen.values
    facts = [
        wording("lists.round", n=row.round) if row.round else "",
        str(row.year),
        row.lead_name,
        _until(wording, values["start_on"], values["end_on"]),
        wording("lists.sessions", done=row.sessions, planned=row.sessions_planned)
        if row.sessions_planned
        else "",
        wording("lists.people", n=row.person_times) if row.person_times else "",
    ]
    screened = [_screening(one, wording) for one in sorted(found.screenings, key=lambda one: -one.round)]
    back = row.state in ("revise", "rejected")  # why it came back is what matters now
    lines = [wording("lists.year_closed", year=row.year) if found.year_closed else ""]
    lines += screened if back else []
    lines += [*_said(wording, PROJECT, values, "goal"), _effect(values, wording)]
    lines += _said(wording, PROJECT, values, "long_term_plan", "evaluation", "continued_how", "closing_note")
    lines += [] if back else screened
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
    lines += [
        wording(f"lists.entry.{one.kind}", day=one.held_on, n=one.head_count, text=one.text).rstrip(DOT)
        for one in found.entries
    ]
    return facts, [_missing(chosen, wording), *lines]


def _effect(values: dict[str, Value], wording: Wording) -> str:
    """What is to be better, from where to where, and what came of it."""
    if not values["effect_indicator"]:
        return ""
    names = ("effect_indicator", "effect_base", "effect_target")
    planned = wording("lists.effect", **{name: str(values[name] or "") for name in names})
    actual = values["effect_actual"]
    return planned + (wording("lists.effect_actual", actual=actual) if actual else "")


def _screening(one: Screening, wording: Wording) -> str:
    """What a round decided and why, and the points that did not hold."""
    lacking = [code for code in CHECKLIST if code not in one.passed]
    joint = wording("lists.joint")
    points = joint.join(wording(f"choices.project_screening.passed.{code}") for code in lacking)
    parts = (
        wording(f"choices.project_screening.decision.{one.decision}"),
        one.reason.rstrip("。；;."),
        wording("lists.lacking", points=points) if points else "",
    )
    return wording("lists.screened", n=one.round, what=wording("lists.part").join(filter(None, parts)))


def _missing(chosen: Chosen, wording: Wording) -> str:
    """What a project wants before it can be submitted."""
    step = next((step for step in chosen.steps if step.event == "submit"), None)
    if step is None:
        return ""
    names = [wording(f"errors.field.{name}") for name in step.missing]
    if chosen.project is not None and not chosen.project.needs:
        names.append(wording("lists.a_need"))
    return wording("lists.missing", fields=wording("lists.joint").join(names)) if names else ""


def _promises(chosen: Chosen, wording: Wording) -> list[str]:
    """What stands first; of what was refused, who has it and what can be done now."""
    said = []
    for one in sorted(chosen.promises, key=lambda one: one.state == "refused"):
        name = one.purpose if chosen.kind == RESOURCE else one.resource
        if one.state != "refused":
            state = wording(f"choices.resource_promise.state.{one.state}")
            days = _until(wording, one.from_on, one.to_on)
            said.append(DOT.join(part for part in (name, state, days, one.by) if part))
            continue
        why, holder = wording(f"choices.resource_promise.refusal.{one.refusal}"), chosen.holders.get(one.id)
        has = ""
        if holder is not None:
            days = _until(wording, holder.from_on, holder.to_on)
            has = wording("lists.held", purpose=holder.purpose, who=DOT.join(filter(None, (holder.by, days))))
        said.append(wording("lists.not_promised", name=name, who=one.by, why=why, has=has))
    return said


_TOLD: Mapping[str, Callable[[Chosen, Board, Wording], tuple[list[str], list[str]]]] = MappingProxyType(
    {NEED: _need, RESOURCE: _resource, TASK: _task, PROJECT: _project}
)
