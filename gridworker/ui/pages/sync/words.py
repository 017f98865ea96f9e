"""Roads, matters and nodes in words."""

from __future__ import annotations

from gridworker.complaints import complaint
from gridworker.errors import EventRefused
from gridworker.models.machine import EVENT
from gridworker.store.queries.held import HeldRow
from gridworker.store.queries.stuck import StuckOp
from gridworker.store.queries.sync import ConflictCase, FleetRow, RoadLine
from gridworker.store.rows import Road
from gridworker.ui.pages.history.words import moment
from gridworker.ui.pages.sync.presenter import Matter
from gridworker.ui.widgets.lines_table import Line
from gridworker.wording import Wording

#: The words of a stage, in states.json.
STAGE_WORDS = {
    Road.HERE: "saved",
    Road.SENDING: "sending",
    Road.SERVER: "server",
    Road.COMMUNITY: "community",
    Road.ATTENTION: "attention",
}
#: The kinds of what waits for a person, below `sync.matter`.
MATTERS = ("conflict", "deleted", "trying", "quarantined", "rejected", "held")
_MOST_FIELDS = 4


def needs_a_person(matter: Matter, may_decide: bool) -> bool:
    """False for what is still tried by itself, and for held acts that somebody else decides."""
    if isinstance(matter, HeldRow):
        return may_decide
    return not (isinstance(matter, StuckOp) and matter.state == "trying")


def field_name(wording: Wording, field: str) -> str:
    key = f"errors.field.{field}"
    return wording(key) if wording.has(key) else field


def entity_name(wording: Wording, entity: str) -> str:
    key = f"errors.entity.{entity}"
    return wording(key) if wording.has(key) else entity


def stage_word(wording: Wording, stage: Road) -> str:
    return wording(f"states.road.{STAGE_WORDS[stage]}")


def road_line(wording: Wording, line: RoadLine) -> Line:
    """A row of the table: kind, record, what was changed, how far, when."""
    names = [field_name(wording, name) for name in line.fields[:_MOST_FIELDS] if name != "event"]
    what = wording("sync.joint").join(names) + ("…" if len(line.fields) > _MOST_FIELDS else "")
    cells = (
        entity_name(wording, line.entity),
        wording("sync.gone") if line.gone else line.name,
        wording("sync.decided_there") if line.held else what,
        stage_word(wording, line.road),
        moment(line.at),
    )
    return Line((line.record_id, line.at), cells, " ".join(filter(None, cells)))


def matter_line(wording: Wording, place: int, matter: Matter) -> Line:
    """A row for something that waits for a person."""
    cells = (
        wording(f"sync.matter.{_kind(matter)}"),
        _subject(wording, matter),
        _about(wording, matter),
        stage_word(wording, Road.ATTENTION),
        _when(matter),
    )
    return Line(place, cells, " ".join(filter(None, cells)))


def _kind(matter: Matter) -> str:
    if isinstance(matter, ConflictCase):
        return "deleted" if matter.deleted else "conflict"
    return "held" if isinstance(matter, HeldRow) else matter.state


def _subject(wording: Wording, matter: Matter) -> str:
    entity = entity_name(wording, matter.entity)
    if isinstance(matter, ConflictCase):
        name = matter.name
    else:
        name = matter.door if isinstance(matter, HeldRow) else matter.place
    return f"{entity} {name}".strip()


def _about(wording: Wording, matter: Matter) -> str:
    if isinstance(matter, ConflictCase):
        fields = wording("sync.joint").join(field_name(wording, field.field) for field in matter.fields)
        return wording("sync.both_changed", fields=fields)
    if isinstance(matter, HeldRow):
        return wording("sync.held_of", member=matter.member)
    return why(wording, matter)


def why(wording: Wording, matter: StuckOp) -> str:
    """Why the server does not take it, in a sentence; a code nobody knows is said as it is."""
    if matter.legal:
        return _refused_step(wording, matter)
    key = f"errors.reason.{matter.why}"
    said = wording(key) if wording.has(key) else wording("sync.server_fails", code=matter.why or "500")
    return f"{field_name(wording, matter.field)}：{said}" if matter.field else said


def _refused_step(wording: Wording, matter: StuckOp) -> str:
    """The rule that is against it, and what is possible instead."""
    error = EventRefused(
        entity=matter.entity,
        record=matter.place,
        state=matter.present,
        event=str(matter.values.get(EVENT) or ""),
        reason=matter.why,
        legal=matter.legal,
    )
    said = complaint(error, wording)
    return f"{said.what} {said.next}"


def _when(matter: Matter) -> str:
    if isinstance(matter, ConflictCase):
        return moment(matter.at) if matter.at else ""
    return matter.held_on if isinstance(matter, HeldRow) else moment(matter.at)


def fleet_line(wording: Wording, row: FleetRow) -> Line:
    """A row for a node: how old its data is. Nodes, never persons."""
    cells = (
        row.name,
        moment(row.heard_at),
        wording("sync.fleet.unsent", n=row.unsent),
        wording("sync.fleet.devices", n=row.devices),
    )
    return Line(row.node_id, cells, " ".join(cells))
