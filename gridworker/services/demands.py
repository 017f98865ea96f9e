"""What people do with demands: register one, by itself or with the visit in which it was said, and every event of its
road. The judge decides what is possible (store/demanding.py); a refusal names what is possible instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gridworker.changes import Changes
from gridworker.errors import FieldInvalid, NotFound
from gridworker.models.demand import DEMAND, PLACE_FIELDS
from gridworker.models.demand_machine import DEMAND_MACHINE
from gridworker.models.demand_rules import Step, Who, objection, standing
from gridworker.models.entity import BucketClass, Merge
from gridworker.models.ids import bucket_id, new_id
from gridworker.models.limits import Limit, due_at
from gridworker.models.machine import EVENT, NOTE, TAKE_BACK
from gridworker.models.op import Draft, OpKind, Value
from gridworker.models.roles import AreaTree, events_of
from gridworker.models.validation import Rules, faults
from gridworker.services.acts import Done, do, everything, setting
from gridworker.services.limits import calendar, limit_values
from gridworker.store.audit import Act
from gridworker.store.queries.demands import now_of
from gridworker.store.statements import run
from gridworker.store.store import Store

#: The events of a road as acts in the log of this computer; their words are in `history.act`.
_ACTS = {event.name: f"demand_{event.name}" for event in DEMAND_MACHINE.events}
_EDITABLE = tuple(f.name for f in DEMAND.fields if f.merge is Merge.FIELD)


@dataclass(frozen=True)
class DemandForm:
    """A filled-in demand. `place` is (field, id), the field one of PLACE_FIELDS: a household, shop, public spot,
    stairwell, or the area whose matter it is. `reported_at` is a moment, "" for now. `urgency` "" is that of the
    category, else normal. With `result_text` it was answered on the spot (即办): accepted and handled at once
    at `solve_level`. An order of the hotline has `source` hotline_12345 and the hotline's `outside_no`; `due_at` is its
    own limit, else it follows from the urgency."""

    place: tuple[str, bytes]
    title: str
    content: str
    category: str
    type: str = "help"
    source: str = "visit"
    reporter: str = "resident"
    reporter_resident_id: bytes | None = None
    reporter_name: str = ""
    reporter_phone: str = ""
    wants_reply: bool = True
    urgency: str = ""
    reported_at: str = ""
    due_at: str = ""
    subcategory: str = ""
    conflict_pair: str = ""
    outside_no: str = ""
    visit_id: bytes | None = None
    result_text: str = ""
    result_kind: str = "solved"
    solve_level: str = "micro_grid"


@dataclass(frozen=True)
class Registered:
    """What registering returns: what changed, the demand's id, its human number and the act, by which it is undone."""

    changes: Changes
    demand_id: bytes
    no: str
    txns: tuple[bytes, ...]


def register(store: Store, form: DemandForm, *, draft_id: bytes | None = None) -> Registered:
    """Register a demand. When this returns it is on the disk; the draft it came from goes with the same transaction.

    Raises FieldInvalid (field and reason), NotAllowed outside the own areas, DiskFull, DatabaseBusy."""
    drafts = register_drafts(store, form)
    record = drafts[0].record
    saved = store.save(drafts, Act("demand_registered", DEMAND.name, record), draft_id=draft_id)
    return Registered(saved.changes, record, saved.numbers[record], (saved.txn,))


def check(store: Store, form: DemandForm) -> None:
    """Raises FieldInvalid for the first field of `form` that could not be kept: for what is registered later, together
    with something else."""
    made = register_drafts(store, form)[0]
    rules = Rules(today=store.clock.today(), practice=store.known.practice)
    found = faults(DEMAND, {**made.set, "no": "S"}, rules, creating=True)
    if found:
        raise FieldInvalid(entity=DEMAND.name, record="", field=found[0].field, reason=found[0].reason)


def register_drafts(store: Store, form: DemandForm, visit_id: bytes | None = None) -> list[Draft]:
    """The ops that register a demand, for acts that are made of several; the first one creates it."""
    if form.place[0] not in PLACE_FIELDS:
        raise FieldInvalid(entity=DEMAND.name, record="", field="place", reason="not_a_choice")
    reported = form.reported_at or now_of(store)
    urgency = form.urgency or _usual_urgency(store, form.category)
    limit = limit_values(store, urgency, reported)
    if form.due_at:
        limit = {"due_at": form.due_at, "limit_from": reported}
    record = new_id()
    values: dict[str, Value] = {
        form.place[0]: form.place[1],
        "title": form.title.strip(),
        "content": form.content.strip(),
        "type": form.type,
        "source": form.source,
        "category": form.category,
        "subcategory": form.subcategory or None,
        "conflict_pair": form.conflict_pair or None,
        "outside_no": form.outside_no.strip() or None,
        "reporter": form.reporter,
        "reporter_resident_id": form.reporter_resident_id,
        "reporter_name": form.reporter_name.strip() or None,
        "reporter_phone": form.reporter_phone.strip() or None,
        "wants_reply": int(form.wants_reply),
        "reported_at": reported,
        "received_by_id": store.known.member_id,
        "visit_id": visit_id or form.visit_id,
        "urgency": urgency,
        **limit,
    }
    made = Draft(DEMAND.name, record, OpKind.CREATE, {k: v for k, v in values.items() if v is not None})
    if not form.result_text.strip():
        return [made]
    handled: dict[str, Value] = {
        "result_kind": form.result_kind,
        "result_text": form.result_text.strip(),
        "solve_level": form.solve_level,
    }
    return [made, _event(record, "registered", "accept", {}), _event(record, "accepted", "handle", handled)]


def _usual_urgency(store: Store, category: str) -> str:
    with store.read() as connection:
        found = run(
            connection,
            "SELECT urgency FROM demand_category WHERE code = ? AND deleted = 0 AND urgency IS NOT NULL",
            (category,),
        ).fetchone()
    return str(found[0]) if found else "normal"


def _event(
    record: bytes,
    state: Value,
    name: str,
    values: Mapping[str, Value],
    base: Mapping[str, Value] | None = None,
) -> Draft:
    return Draft(DEMAND.name, record, OpKind.EVENT, {EVENT: name, **values}, {"state": state, **(base or {})})


# -- events ------------------------------------------------------------------------------------------------------


def cause(
    store: Store, demand_id: bytes, event: str, note: str = "", at: str = "", /, **fields: Value
) -> Done:
    """Cause an event of a demand with what it needs (models/demand_machine.py names the fields; empty text is none).
    `note` goes into the log, `at` says when it happened if that was not now.

    Raises EventRefused with the reason and what is possible instead, FieldInvalid for a field, NotAllowed, NotFound;
    then nothing was changed. Done without changes where it is there already. A step is taken back as it stands here:
    not another one that came meanwhile."""
    draft = event_draft(store, demand_id, event, note, at, **fields)
    return do(store, [draft], Act(_ACTS[event], DEMAND.name, demand_id), demand_id)


def event_draft(
    store: Store, demand_id: bytes, event: str, note: str = "", at: str = "", /, **fields: Value
) -> Draft:
    """The op of an event, for acts that are made of several."""
    if event not in _ACTS:
        raise FieldInvalid(entity=DEMAND.name, record="", field="event", reason="unknown_event")
    with store.read() as connection:
        seen = run(
            connection, "SELECT state, round FROM demand WHERE id = ? AND deleted = 0", (demand_id,)
        ).fetchone()
    if seen is None:
        raise NotFound(what=DEMAND.name)
    values: dict[str, Value] = {}
    for name, value in fields.items():
        text = value.strip() if isinstance(value, str) else value
        if text is not None and text != "":
            values[name] = text
    for name, said in ((NOTE, note), ("at", at)):
        if said.strip():
            values[name] = said.strip()
    base: dict[str, Value] = {"round": seen[1]} if seen[1] is not None else {}
    if event == TAKE_BACK and (step := last_step(store, demand_id)) is not None:
        base["step"] = step.id
    return _event(demand_id, seen[0], event, values, base)


def last_step(store: Store, demand_id: bytes) -> Step | None:
    """The last step of a demand that was not taken back."""
    with store.read() as connection:
        rows = run(
            connection,
            "SELECT lower(hex(id)), event, lower(hex(step_id)), by_member_id FROM demand_event "
            "WHERE demand_id = ? AND deleted = 0 ORDER BY turn, id",
            (demand_id,),
        ).fetchall()
    left = standing([Step(row[0], row[1], row[2] or None, row[3]) for row in rows])
    return left[-1] if left else None


def accept(store: Store, demand_id: bytes, urgency: str = "", note: str = "") -> Done:
    """Take a demand on: whoever accepts is its owner. Another `urgency` gives it that limit, from when it was
    reported."""
    limit: dict[str, Value] = {}
    if urgency:
        reported = str(everything(store, DEMAND.name, demand_id)["reported_at"])
        limit = {"urgency": urgency, **limit_values(store, urgency, reported)}
    return cause(store, demand_id, "accept", note, **limit)


def extend(store: Store, demand_id: bytes, due: str, note: str) -> Done:
    """Give a demand until the moment `due`, with the reason; the earlier limit stays in the log."""
    return cause(store, demand_id, "extend", note, due_at=due)


def extend_by(store: Store, demand_id: bytes, limit: Limit, note: str) -> Done:
    """`extend` by so many hours, days or working days after the present limit."""
    present = str(everything(store, DEMAND.name, demand_id)["due_at"])
    return extend(store, demand_id, due_at(present, limit, calendar(store)), note)


def reopen(store: Store, demand_id: bytes, note: str) -> Done:
    """Begin again after a revisit that did not satisfy, or after an appeal: a new limit begins now."""
    urgency = str(everything(store, DEMAND.name, demand_id)["urgency"])
    return cause(store, demand_id, "reopen", note, **limit_values(store, urgency, now_of(store)))


def refer_up(
    store: Store,
    demand_id: bytes,
    to_unit_id: bytes,
    level: str,
    reason: str,
    *,
    place: str | None = None,
    with_reporter: bool = False,
) -> Done:
    """Ask the unit above to help: it sees number, title, category and limit, and of the place no more than `place`
    (None: `place_without_door`); who reported only if they are needed to answer (`with_reporter`)."""
    return cause(
        store,
        demand_id,
        "refer_up",
        reason,
        referred_to_id=to_unit_id,
        refer_level=level,
        refer_place=place_without_door(store, demand_id) if place is None else place,
        refer_reporter=1 if with_reporter else None,
    )


def transfer(
    store: Store,
    demand_id: bytes,
    to_unit_id: bytes,
    reason: str,
    *,
    kind: str = "transfer",
    place: str | None = None,
    with_reporter: bool = False,
) -> Done:
    """Pass a demand to a unit beside, or with `kind` "help" ask it to help while the owner keeps it."""
    return cause(
        store,
        demand_id,
        "transfer",
        reason,
        referred_to_id=to_unit_id,
        refer_kind=kind,
        refer_place=place_without_door(store, demand_id) if place is None else place,
        refer_reporter=1 if with_reporter else None,
    )


def place_without_door(store: Store, demand_id: bytes) -> str:
    """Where it is, as another unit may know it: estate and building, the name of a shop, spot or area; never a door."""
    with store.read() as connection:
        found = run(
            connection,
            "SELECT coalesce(s.name, p.name, a.name, e.name || b.name, '') FROM demand d "
            "LEFT JOIN household h ON h.id = d.household_id LEFT JOIN shop s ON s.id = d.shop_id "
            "LEFT JOIN public_spot p ON p.id = d.public_spot_id LEFT JOIN area_unit a ON a.id = d.area_unit_id "
            "LEFT JOIN unit u ON u.id = coalesce(h.unit_id, d.unit_id) LEFT JOIN building b ON b.id = u.building_id "
            "LEFT JOIN estate e ON e.id = b.estate_id WHERE d.id = ?",
            (demand_id,),
        ).fetchone()
    return str(found[0])[:60] if found else ""


def edit(store: Store, demand_id: bytes, seen: Mapping[str, Value], values: Mapping[str, Value]) -> Done:
    """Correct what was written down of an open demand; `seen` are the values as the person saw them. Raises
    FieldInvalid for a field that only events set, or once it has ended."""
    wanted: dict[str, Value] = {}
    for name, value in values.items():
        if name not in _EDITABLE:
            raise FieldInvalid(entity=DEMAND.name, record="", field=name, reason="only_by_event")
        text = value.strip() if isinstance(value, str) else value
        wanted[name] = None if text == "" else text
    drafts = setting(DEMAND.name, demand_id, seen, wanted)
    fields = sorted(name for draft in drafts for name in draft.set)
    return do(store, drafts, Act("demand_edited", DEMAND.name, demand_id, {"fields": fields}), demand_id)


# -- what may be done --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NextStep:
    """An event as a button may offer it: `reason` (below errors.reason) why not, "" if it is possible. `needs` and
    `takes` are the fields it must and may be given, `told` whether a note must be, `back` the event that would be taken
    back."""

    event: str
    reason: str
    needs: tuple[str, ...]
    takes: tuple[str, ...]
    told: bool
    back: str = ""

    @property
    def possible(self) -> bool:
        return not self.reason


def next_steps(store: Store, demand_id: bytes) -> tuple[NextStep, ...]:
    """Every event that the demand's state allows, in the order of its road, possible for this account or with the
    reason why not. Raises NotFound."""
    row = everything(store, DEMAND.name, demand_id)
    with store.read() as connection:
        found = run(connection, "SELECT bucket_id FROM demand WHERE id = ?", (demand_id,)).fetchone()
        areas = run(connection, "SELECT id, parent_id FROM area_unit WHERE deleted = 0").fetchall()
    tree = AreaTree({area[0]: area[1] for area in areas})
    node = next((n for n in tree.parents if bucket_id(n, BucketClass.CASE) == found[0]), tree.root)
    allowed, roles = frozenset[str](), frozenset[str]()
    if node is not None:
        allowed, roles = events_of(store.grants(), node, BucketClass.CASE, tree)
    who = Who(store.known.member_id, roles)
    steps, last = [], last_step(store, demand_id)
    for event in DEMAND_MACHINE.legal(row["state"]):
        reason = "" if event.name in allowed else "event_not_yours"
        reason = reason or objection(event, row, None, who)
        back = last.event if last and event.name == TAKE_BACK else ""
        if event.name == TAKE_BACK and not reason and not (last and last.by == who.member_id):
            reason = "not_last_step"
        steps.append(NextStep(event.name, reason, event.needs, event.sets, event.told, back))
    return tuple(steps)


def accept_all(store: Store, demand_ids: Sequence[bytes]) -> Done:
    """Take several demands on in one act: all or none here; a server judges each by itself."""
    drafts = [event_draft(store, demand_id, "accept") for demand_id in demand_ids]
    if not drafts:
        return Done()
    act = Act("demand_accept", DEMAND.name, demand_ids[0], {"count": len(drafts)})
    saved = store.save(drafts, act, groups=[1] * len(drafts))
    return Done(saved.changes, demand_ids[0], (saved.txn,))
