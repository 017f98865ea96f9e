"""A tiny invented community for the sync tests: two grids, three micro-grids, a handful of households, and one
account of each kind. Every id follows from a name, so tests can say whom they mean."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from gridworker.models.days import Clock
from gridworker.models.ids import new_id
from gridworker.models.op import Draft, OpKind, Value
from gridworker.server.database import Place, ServerDatabase
from gridworker.server.init import Beginning, found

CODE, NAME = "990101009009", "试村"
DAY = "2026-11-20"
NOON = 1_795_147_200.0  # that day, 12:00 in China
MICRO_GRIDS = ("a1", "a2", "b1")
HOMES_EACH = 3
#: How the number of a visit begins that no device has numbered yet.
UNNUMBERED = "V26-x-"
#: login -> (role, the node of the appointment)
POSTS = {
    "secretary": ("community_secretary", "root"),
    "grid_a": ("grid_leader", "grid_a"),
    "steward_a1": ("micro_grid_leader", "a1"),
    "steward_a2": ("micro_grid_leader", "a2"),
    "steward_b1": ("micro_grid_leader", "b1"),
    "viewer": ("viewer", "root"),
}


class Hands:
    """A clock that tests set."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def clock(self) -> Clock:
        return Clock(lambda: self.now)


def named(name: str) -> bytes:
    """The id of the thing called `name`."""
    return hashlib.sha256(name.encode()).digest()[:16]


def create(entity: str, thing: str, /, **values: Value) -> Draft:
    return Draft(entity, named(thing), OpKind.CREATE, dict(values))


def home(micro_grid: str, number: int) -> str:
    return f"home_{micro_grid}_{number}"


def drafts() -> Iterator[Draft]:
    def area(name: str, kind: str, parent: str | None) -> Draft:
        above = named(parent) if parent else None
        return create(
            "area_unit", name, kind=kind, code=CODE + name, name=name, parent_id=above, valid_from=DAY
        )

    yield area("root", "community", None)
    yield area("grid_a", "grid", "root")
    yield area("grid_b", "grid", "root")
    for name, parent in (("a1", "grid_a"), ("a2", "grid_a"), ("b1", "grid_b")):
        yield area(name, "micro_grid", parent)
    yield create("org_unit", "org", kind="community_party_org", name="党组织")
    yield create("estate", "estate", code="1", name="小院")
    yield create("building", "building", estate_id=named("estate"), code="1", name="1栋")
    for login, (role, node) in POSTS.items():
        member = f"member_{login}"
        yield create("member", member, name=login, org_unit_id=named("org"))
        yield create(
            "appointment",
            f"post_{login}",
            member_id=named(member),
            role_code=role,
            area_unit_id=named(node),
            valid_from=DAY,
        )
        yield create("account", f"account_{login}", member_id=named(member), login=login, state="active")
    for number, micro in enumerate(MICRO_GRIDS, 1):
        unit = f"unit_{micro}"
        yield create("unit", unit, building_id=named("building"), code=str(number), name=f"{number}单元")
        yield create(
            "coverage", f"cover_{micro}", micro_grid_id=named(micro), unit_id=named(unit), valid_from=DAY
        )
        for door in range(1, HOMES_EACH + 1):
            name = home(micro, door)
            yield create(
                "household",
                name,
                code=f"1-{number}-{door}",
                unit_id=named(unit),
                room=str(door),
                occupancy="owner",
            )
            yield create("resident", f"{name}_r", household_id=named(name), name=f"住户{number}{door}")


def visit(home_name: str, text: str, *, no: str | None = None, record: bytes | None = None) -> Draft:
    """A visit to a household on the village's day."""
    record = record or new_id()
    values: dict[str, Value] = {
        "no": no or f"{UNNUMBERED}{record.hex()[-8:]}",
        "household_id": named(home_name),
        "visited_on": DAY,
        "mode": "door",
        "outcome": "met",
        "purpose": "routine",
        "said": text,
    }
    return Draft("visit", record, OpKind.CREATE, values)


def change(entity: str, record: bytes, field: str, base: Value, value: Value) -> Draft:
    return Draft(entity, record, OpKind.SET, {field: value}, {field: base})


def found_village(place: Place, hands: Hands) -> ServerDatabase:
    return found(place, Beginning(NAME, CODE, True, drafts()), hands.clock())
