"""Two small communities that know nothing of each other: the same stairwells, kept by different people on different
computers. Every id follows from the side and a name."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from gridworker.imports.bringing import plan_bringing
from gridworker.imports.plan import ENTITIES as COUNTED
from gridworker.imports.plan import Plan
from gridworker.models.days import Clock
from gridworker.models.op import Draft, OpKind, Value
from gridworker.services.consents import ConsentForm, record_consent
from gridworker.services.households import add_household
from gridworker.services.imports import apply_import, known_before
from gridworker.services.places import add_place
from gridworker.services.residents import Ground, add_resident
from gridworker.store import state
from gridworker.store.audit import Act
from gridworker.store.incarnation import new_incarnation
from gridworker.store.queries.bringing import brought, papers
from gridworker.store.state import NewProfile
from gridworker.store.store import Store
from tests.community import COST, NOW, PASSPHRASE, clock_at, counts

DAY = "2026-11-01"
CONSENT = Ground("consent", "2026-01", "door")
CODES = {"laptop": "330481001001", "server": "330481001002", "practice": "990101009009"}


def named(side: str, thing: str) -> bytes:
    return hashlib.sha256(f"{side}/{thing}".encode()).digest()[:16]


def tree(side: str, *, estate: str = "锦苑", building: str = "3栋", stairs: int = 3) -> Iterator[Draft]:
    """Community, micro-grid, a building of `stairs` stairwells, and its secretary."""

    def create(entity: str, thing: str, **values: Value) -> Draft:
        return Draft(entity, named(side, thing), OpKind.CREATE, values)

    root, micro = named(side, "root"), named(side, "micro")
    yield create("area_unit", "root", kind="community", code=CODES[side], name=f"{side}社区", valid_from=DAY)
    grid: dict[str, Value] = {
        "kind": "grid",
        "code": f"{CODES[side]}01",
        "name": "一网格",
        "parent_id": root,
        "valid_from": DAY,
    }
    yield create("area_unit", "grid", **grid)
    inner: dict[str, Value] = {
        "kind": "micro_grid",
        "code": f"{CODES[side]}0101",
        "name": "一微网格",
        "valid_from": DAY,
    }
    yield create("area_unit", "micro", parent_id=named(side, "grid"), **inner)
    yield create("org_unit", "org", kind="community_party_org", name="党组织")
    yield create("estate", "estate", code=side[:2].upper(), name=estate)
    yield create("building", "building", estate_id=named(side, "estate"), code=f"{side}-3", name=building)
    for number in range(1, stairs + 1):
        unit = named(side, f"unit{number}")
        above = named(side, "building")
        yield create(
            "unit", f"unit{number}", building_id=above, code=f"{side}-3-{number}", name=f"{number}单元"
        )
        cover: dict[str, Value] = {"micro_grid_id": micro, "unit_id": unit, "valid_from": DAY}
        yield create("coverage", f"cover{number}", **cover)
    yield create("member", "secretary", name="李书记", org_unit_id=named(side, "org"))
    post: dict[str, Value] = {"role_code": "community_secretary", "area_unit_id": root, "valid_from": DAY}
    yield create("appointment", "post", member_id=named(side, "secretary"), **post)
    login: dict[str, Value] = {"member_id": named(side, "secretary"), "login": "shuji", "state": "active"}
    yield create("account", "account", **login)


def community(folder: Path, side: str, clock: Clock | None = None, **more: Any) -> Store:
    """The community of one side, alone in `folder`; a practice community for the side "practice"."""
    known = NewProfile(
        named(side, "root"), "self", side == "practice", os.urandom(16), 1, new_incarnation(),
        named(side, "secretary"), "shuji",
    )  # fmt: skip
    store = Store.create(folder, PASSPHRASE, known, clock or clock_at(NOW), COST)
    store.found([list(tree(side, **more))], Act("community_founded"))
    return store


def put_behind(store: Store, folder: Path, server_url: str = "") -> Path:
    """Closes `store` and returns its folder, as a profile that belongs to a server if an address is given."""
    if server_url:
        known = msgspec.structs.replace(store.known, authority="server", server_url=server_url)
        store.set_state({state.IDENTITY: msgspec.json.encode(known)})
    store.close()
    return folder


def home(store: Store, side: str, stair: int, room: str, **values: Value) -> bytes:
    """A household behind the door 3-`stair`-`room`."""
    return add_household(store, named(side, f"unit{stair}"), room, None, values).record


def person(store: Store, home: bytes, name: str, /, **values: Value) -> bytes:
    """Somebody who lives there, by consent."""
    return add_resident(store, home, {"name": name, **values}, CONSENT).record


def consent(store: Store, person: bytes, *fields: str, purposes: tuple[str, ...] = ("contact",)) -> bytes:
    return record_consent(store, person, ConsentForm(purposes, fields)).record


def shop(store: Store, side: str, stair: int, name: str, **values: Value) -> bytes:
    return add_place(store, "shop", {"name": name, "unit_id": named(side, f"unit{stair}"), **values}).record


def spot(store: Store, side: str, stair: int, name: str) -> bytes:
    values: Mapping[str, Value] = {"name": name, "unit_id": named(side, f"unit{stair}"), "kind": "yard"}
    return add_place(store, "public_spot", values).record


# -- bringing one over to the other ------------------------------------------------------------------------------------


def planned(here: Store, there: Store, *, prefer: bool = False) -> Plan:
    return plan_bringing(brought(there), known_before(here), papers(here), prefer=prefer)


def bring(here: Store, there: Store, *, prefer: bool = False) -> Plan:
    """Plan and apply; what the counts say is what became of the database."""
    plan, before = planned(here, there, prefer=prefer), counts(here)
    if plan.groups:
        apply_import(here, plan.groups, plan.batch, plan.counts, file="laptop")
    after = counts(here)
    for entity in COUNTED:
        assert after[entity] - before[entity] == plan.counts[entity]["created"], entity
    return plan


def told(plan: Plan, sheet: str) -> list[tuple[str, ...]]:
    """Verdict, reason and notes of every record of one kind."""
    return [(str(v.verdict), *filter(None, (v.reason, *v.notes))) for v in plan.verdicts if v.sheet == sheet]
