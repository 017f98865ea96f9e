"""Prints docs/registry.md, docs/roles.md and docs/state-machines.md from the registry and the role table, so that they
cannot go stale.

`python docs/generate.py` writes them; with `--check` it only says whether they are current (exit code 1 if not)."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from gridworker.models.entity import BucketVia, Entity, Field, Kind, Merge  # noqa: E402
from gridworker.models.machine import BEFORE  # noqa: E402
from gridworker.models.registry import ENTITIES  # noqa: E402
from gridworker.models.roles import ROLES  # noqa: E402
from gridworker.wording import Wording  # noqa: E402

_NOTE = "<!-- Printed by docs/generate.py; do not edit. -->"
_MERGE = {
    Merge.APPEND: "created once, never changed",
    Merge.FIELD: "3-way per field; on a clash the incumbent stays and a person decides",
    Merge.RESTRICTIVE: "setting it wins whatever the base; lifting it needs the matching base and a reason",
    Merge.ARBITRATED: "asked for; confirmed or refused by the community's authority, in the order in which it hears",
    Merge.STATE: "set by the events of the entity's state machine alone",
    Merge.COMMAND: "changed by the community's authority only",
    Merge.DERIVED: "computed by whoever applies the op; ignored when a client sends it",
    Merge.LOCAL: "computed by this store for its own queries; never on the wire",
}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return [*lines, *(f"| {' | '.join(cells)} |" for cells in rows), ""]


def registry() -> str:
    zh, en = Wording.load("zh_CN"), Wording.load("en")
    lines = [
        "# Registry", "", _NOTE, "",
        "Every synced entity and field, from `gridworker/models/registry.py`. Store, sync, server and tests read the",
        "same table. An entity that is not here does not exist.", "", "## Merge classes", "",
        *table(("class", "rule"), ((f"`{merge}`", text) for merge, text in _MERGE.items())),
        "## Entities", "",
        *table(
            ("entity", "", "rank", "merge", "bucket", "right", "number"),
            (
                (f"[`{e.name}`](#{e.name})", zh(f"errors.entity.{e.name}"), str(e.rank), e.merge, bucket(e),
                 e.write, e.number)
                for e in ENTITIES
            ),
        ),
        "`rank`: parents before children in a full copy. `right`: what a role needs to create or change it",
        "([roles.md](roles.md)). `number`: the letter of the human number, as in `Z26-02-0001`.", "",
    ]  # fmt: skip
    for entity in ENTITIES:
        lines += section(entity, zh, en)
    return "\n".join(lines).rstrip() + "\n"


def section(entity: Entity, zh: Wording, en: Wording) -> list[str]:
    title = f"{zh(f'errors.entity.{entity.name}')} · {en(f'errors.entity.{entity.name}')}"
    rows = (
        (f"`{f.name}`", named(zh, f), kind(f), "" if f.merge is entity.merge else f.merge, marks(f))
        for f in entity.fields
    )
    head = [f"### {entity.name}", "", title, ""]
    return [*head, *table(("field", "", "kind", "merge, if other", "marks"), rows)]


def named(wording: Wording, field: Field) -> str:
    key = f"errors.field.{field.name}"
    return wording(key) if wording.has(key) else ""


def kind(field: Field) -> str:
    if field.kind is Kind.REF:
        return f"ref → {field.refers or 'any record'}"
    if field.choices:
        return f"{field.kind}: {', '.join(field.choices)}"
    if field.kind is Kind.TEXT:
        return f"text ≤ {field.limit}"
    if field.kind is Kind.INT:
        return f"int {field.low}–{field.high}"
    return str(field.kind)


def marks(field: Field) -> str:
    given = (
        (field.required, "required"), (field.personal, "personal"), (field.basis, "needs a basis"),
        (field.free_text, "free text"), (bool(field.format), field.format),
    )  # fmt: skip
    return ", ".join(text for holds, text in given if holds)


def bucket(entity: Entity) -> str:
    rule = entity.bucket
    hung = " or ".join(f"`{name}`" for name, _ in rule.parents)
    where = {
        BucketVia.COMMUNITY: "the community",
        BucketVia.UNIT: f"the micro-grid covering `{rule.field}` today",
        BucketVia.NODE: f"the node `{rule.field}`",
        BucketVia.PARENT: f"where {hung} is",
    }
    routed = f"the node `{rule.routed}`, else " if rule.routed else ""
    other = f", else by `{rule.unit}` or `{rule.node}`" if rule.node else ""
    return f"{rule.bucket_class}: {routed}{where[rule.via]}{other}"


def roles() -> str:
    lines = [
        "# Roles", "", _NOTE, "",
        "Who sees and may do what, from `gridworker/models/roles.py`. An appointment puts a role on a node of the area",
        "tree for a time. Buckets: `common` holds no resident data; `case` holds residents' matters; `office` is for",
        "secretary and committee. Everybody sees `common` of the own node, of all above and all below it.", "",
        *table(
            ("role", "stands on", "buckets", "case of nodes below", "rights", "events of a demand"),
            (
                (f"`{r.code}`", r.level, words(r.buckets), "yes" if r.below else "no", words(r.may),
                 words(r.demand_events))
                for r in ROLES.values()
            ),
        ),
        "Rights that entities ask for today are in [registry.md](registry.md); the others are for parts not built yet.",
        "The events of demands are those of [state-machines.md](state-machines.md).",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def diagrams() -> str:
    zh, en = Wording.load("zh_CN"), Wording.load("en")
    lines = [
        "# State machines", "", _NOTE, "",
        "Every state and step of every machine, from the declarations in `gridworker/models/`. Buttons, services, the",
        "server and the tests read the same ones. The tables name what a step asks for: fields that must be filled in",
        "with it, `+` fields that must be there by then, `!` rules between records (`gridworker/store/guards.py`).", "",
    ]  # fmt: skip
    for entity in ENTITIES:
        if entity.machine:
            title = f"{zh(f'errors.entity.{entity.name}')} · {en(f'errors.entity.{entity.name}')}"
            lines += [f"## {entity.name}", "", title, "", *diagram(entity), *steps(entity)]
    return "\n".join(lines).rstrip() + "\n"


def diagram(entity: Entity) -> list[str]:
    """The machine as mermaid text: one arrow for each state and step that leads to another state."""
    machine = entity.machine
    assert machine
    arrows = [
        f"    {state} --> {event.leads_to(state)}: {event.name}"
        for state in machine.states
        for event in machine.legal(state)
        if event.target != BEFORE and event.leads_to(state) != state
    ]
    ends = [f"    {state} --> [*]" for state in machine.ends]
    return ["```mermaid", "stateDiagram-v2", f"    [*] --> {machine.first}", *arrows, *ends, "```", ""]


def steps(entity: Entity) -> list[str]:
    """What each step of a machine asks for."""
    assert entity.machine
    rows = []
    for event in entity.machine.events:
        asked = [*event.needs, *(f"+{name}" for name in event.filled), *(f"!{name}" for name in event.guards)]
        who = "by role ([roles.md](roles.md))" if entity.machine.log else f"`{event.right or entity.write}`"
        who = "the authority alone" if event.authority else who
        to = "the step before" if event.target == BEFORE else event.target or "stays"
        stays = ", ".join(event.sources) if len(event.sources) < len(entity.machine.states) else "any"
        rows.append((f"`{event.name}`", stays, to, " ".join(f"`{name}`" for name in asked), who))
    return table(("step", "from", "to", "asks for", "right"), rows)


def words(codes: Iterable[str]) -> str:
    return ", ".join(sorted(codes))


def main(arguments: Sequence[str]) -> int:
    pages = {"registry.md": registry(), "roles.md": roles(), "state-machines.md": diagrams()}
    stale = [
        name
        for name, text in pages.items()
        if not (ROOT / "docs" / name).exists() or (ROOT / "docs" / name).read_text("utf-8") != text
    ]
    if "--check" in arguments:
        print(f"stale: {', '.join(stale)}; run docs/generate.py" if stale else "current")  # noqa: T201
        return 1 if stale else 0
    for name in stale:
        (ROOT / "docs" / name).write_text(pages[name], "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
