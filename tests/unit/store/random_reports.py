"""Random communities for the tests of reports: a few nodes, homes and records with every field left to chance, written
as raw rows. What the tree was on each day is remembered here, and told to the database only as plans."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

from gridworker.models.demand_machine import STATES
from gridworker.models.period import Period
from gridworker.models.tree_plan import Move, encode_changes
from gridworker.store import statistics
from gridworker.store.rows import Scope, TreeKind
from gridworker.store.statements import run
from gridworker.store.store import Store

FIRST, LAST = dt.date(2026, 3, 1), dt.date(2026, 11, 30)
EDGES = (
    "2026-05-22", "2026-05-23", "2026-09-30", "2026-10-01", "2026-10-31", "2026-11-01", "2026-11-08", "2026-11-09",
    "2026-11-15", "2026-11-16", "2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23",
)  # fmt: skip
CATEGORIES = ("parking", "repair", "policy", "own_1")
SOURCES = ("visit", "phone", "own_2")
#: Steps by which somebody was spoken to, and where each says when; what is taken back says nothing.
_CONTACTS = {"contacted": "contacted_at", "reply": "replied_at", "take_back": ""}
LEVELS = ("household", "station", "grid", "community", "street")
TABLES = (
    "area_unit", "coverage", "tree_plan", "org_unit", "org_cover", "household", "household_link", "record_alias",
    "unit", "building", "estate", "shop", "public_spot", "visit", "plan_item", "demand", "demand_event", "meeting",
    "meeting_attendance", "issue", "agenda_item", "resolution", "need", "resource", "project", "project_entry",
    "resource_promise", "duty", "appointment", "member", "demand_category", "demand_source", "visit_visitor",
)  # fmt: skip


@dataclass
class World:
    """Rows by table, and who stood under whom from which day on."""

    chance: Random
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    parents: dict[bytes, list[tuple[str, bytes | None]]] = field(default_factory=dict)
    scopes: list[Scope] = field(default_factory=list)

    def parent(self, node: bytes, day: str) -> bytes | None:
        """Under whom a node stood at the end of a day."""
        told = self.parents[node]
        return ([parent for since, parent in told if since <= day] or [told[0][1]])[-1]

    def of(self, table: str) -> list[dict[str, Any]]:
        return self.rows.setdefault(table, [])

    # -- chance ------------------------------------------------------------------------------------------------------

    def id(self, on: str = "2026-01-01") -> bytes:
        at = int(dt.datetime.fromisoformat(f"{on}T12:00+08:00").timestamp() * 1000)
        value = (
            at << 80 | 0x7 << 76 | self.chance.getrandbits(12) << 64 | 0x2 << 62 | self.chance.getrandbits(62)
        )
        return value.to_bytes(16)

    def day(self) -> str:
        """Mostly a day of the last weeks, often one at the edge of a period or of the half year before it."""
        kind = self.chance.random()
        if kind < 0.25:
            return str(self.pick(EDGES))
        first = dt.date(2026, 11, 1) if kind < 0.6 else FIRST
        return (first + dt.timedelta(days=self.chance.randrange((LAST - first).days))).isoformat()

    def maybe(self, value: Any, share: float = 0.5) -> Any:
        return value if self.chance.random() < share else None

    def pick(self, values: Any) -> Any:
        return self.chance.choice(tuple(values))

    def rare(self) -> int:
        return int(self.chance.random() < 0.08)

    def add(self, table: str, **values: Any) -> bytes:
        record: bytes = values.setdefault("id", self.id())
        self.of(table).append({"deleted": 0, **values})
        return record


def world(seed: int) -> World:
    """A community with everything that a report reads."""
    made = World(Random(seed))
    _areas(made)
    _homes(made)
    _visits(made)
    _demands(made)
    _matters(made)
    _scopes(made)
    return made


def ids(made: World, table: str, **wanted: Any) -> list[bytes]:
    return [row["id"] for row in made.of(table) if all(row[key] == value for key, value in wanted.items())]


def _areas(made: World) -> None:
    def node(kind: str, parent: bytes | None, last: str | None = None) -> bytes:
        number = len(made.of("area_unit"))
        record = made.add(
            "area_unit", kind=kind, name=f"{kind}{number}", code=f"{made.chance.randrange(90)}-{number}",
            sort_no=made.maybe(made.chance.randrange(5)), parent_id=parent, valid_from="2026-01-01", valid_to=last,
        )  # fmt: skip
        made.parents[record] = [("2026-01-01", parent)]
        return record

    root = node("community", None)
    estates = [node("estate", root) for _ in range(made.chance.randrange(3))]
    grids = [node("grid", made.pick([root, *estates])) for _ in range(made.chance.randrange(1, 4))]
    micros = [
        node("micro_grid", made.pick([*grids, *grids, *estates, root]), made.maybe(made.day(), 0.15))
        for _ in range(made.chance.randrange(1, 6))
    ]
    for on in sorted(made.day() for _ in range(made.chance.randrange(4))):
        moved, to = made.pick(micros), made.pick(grids)
        was = made.parents[moved][-1][1]
        made.parents[moved].append((on, to))
        made.add(
            "tree_plan", id=made.id(on), effective_on=on, base_tree_version=0, state=made.pick(("applied", "reversed")),
            changes=encode_changes([Move("area_unit", moved, was, to)]), applied_on=on,
        )  # fmt: skip
    made.add(
        "tree_plan", effective_on="2026-12-01", base_tree_version=0, state="planned", applied_on=None,
        changes=encode_changes([Move("area_unit", micros[0], None, grids[0])]),
    )  # fmt: skip
    for row in made.of("area_unit"):
        row["parent_id"] = made.parents[row["id"]][-1][1]
    org = made.add("org_unit", parent_id=None, kind="residents_committee", name="组织")
    below = made.add("org_unit", parent_id=org, kind="station", name="站")
    for area in made.chance.sample(micros + grids, min(2, len(micros))):
        made.add(
            "org_cover", org_unit_id=made.pick((org, below)), area_unit_id=area, deleted=made.rare(),
            valid_from=made.pick(("2026-01-01", made.day())), valid_to=made.maybe(made.day(), 0.3),
        )  # fmt: skip


def _homes(made: World) -> None:
    micros = ids(made, "area_unit", kind="micro_grid")
    estate = made.add("estate", name="苑", code="E")
    building = made.add("building", estate_id=estate, name="3栋", code="3")
    for number in range(5):
        unit = made.add("unit", building_id=building, name=f"{number}单元", code=str(number))
        change = made.maybe(made.day(), 0.3)
        before = (
            None if change is None else (dt.date.fromisoformat(change) - dt.timedelta(days=1)).isoformat()
        )
        made.add(
            "coverage",
            micro_grid_id=made.pick(micros),
            unit_id=unit,
            valid_from="2026-01-01",
            valid_to=before,
        )
        if change:
            made.add(
                "coverage", micro_grid_id=made.pick(micros), unit_id=unit, valid_from=change, valid_to=None
            )
    units = ids(made, "unit")
    member = made.add("member", name="演示·林")
    made.add(
        "appointment",
        member_id=member,
        role_code="grid_leader",
        area_unit_id=micros[0],
        valid_from="2026-01-01",
    )
    for number in range(12):
        home = made.add(
            "household", unit_id=made.pick(units), code=f"H{number:02}", room=str(number), deleted=made.rare(),
            occupancy=made.pick(("owner", "owner", "vacant")), visit_opt_out=made.maybe(1, 0.15),
        )  # fmt: skip
        if made.chance.random() < 0.3:
            made.add(
                "household_link", household_id=home, member_id=member, valid_from=made.pick(("2026-01-01", made.day())),
                valid_to=made.maybe(made.day(), 0.3), deleted=made.rare(),
            )  # fmt: skip
    homes = [row["id"] for row in made.of("household") if not row["deleted"]]
    if made.chance.random() < 0.5 and len(homes) > 1:
        loser, winner = made.chance.sample(homes, 2)
        made.add("record_alias", entity="household", loser_id=loser, winner_id=winner, household_id=winner)
    made.add("shop", name="店", unit_id=units[0], kind="超市", status="open")
    for name in ("广场", "凉亭"):
        made.add("public_spot", name=name, unit_id=units[0], kind="yard")


def _visits(made: World) -> None:
    micros, homes = ids(made, "area_unit", kind="micro_grid"), ids(made, "household")
    places = (("shop_id", ids(made, "shop")), ("public_spot_id", ids(made, "public_spot")))
    for number in range(60):
        place, records = made.pick((("household_id", homes),) * 6 + places)
        on, outcome = made.day(), made.pick(("met", "met", "absent", "declined", "rescheduled", "moved"))
        made.add(
            "visit", no=f"Z{number}", visited_on=on, now_on=on, outcome=outcome, now_outcome=outcome,
            mode=made.pick(("door", "phone", "yard", "meeting")), now_void=made.rare(), deleted=made.rare(),
            unit_at=made.maybe(made.pick(micros), 0.95), **{place: made.pick(records)},
        )  # fmt: skip
    for _ in range(25):
        place, records = made.pick((("household_id", homes),) * 6 + places)
        made.add(
            "plan_item", week=str(Period.of_day("week", made.day())), reason="due", deleted=made.rare(),
            state=made.pick(("planned", "done", "absent_retry", "moved", "dropped")), unit_at=made.pick(micros),
            planned_on=made.maybe(made.day()), **{place: made.pick(records)},
        )  # fmt: skip


def _demands(made: World) -> None:
    areas, homes, spots = ids(made, "area_unit"), ids(made, "household"), ids(made, "public_spot")
    for number in range(18):
        reported = f"{made.day()} {made.chance.randrange(8, 18):02}:30"
        place = made.pick(
            (
                {"household_id": made.pick(homes)},
                {"public_spot_id": made.pick(spots)},
                {"area_unit_id": areas[0]},
            )
        )
        demand = made.id(reported[:10])
        values: dict[str, Any] = {
            "satisfaction": None,
            "solve_level": None,
            "became": None,
            "contacted_at": None,
            "replied_at": None,
            "urgency": "normal",
        }
        steps: list[tuple[str, str | None, str, str, dict[str, Any]]] = [
            ("register", None, "registered", reported, {"urgency": made.pick(("normal", "hard", "critical"))})
        ]
        state, at = "registered", reported
        for _ in range(made.chance.randrange(9)):
            after = made.pick(
                (state, state, *STATES, "handled", "closed", "closed", "closed", "returned", "returned")
            )
            event = made.pick(("revisit", "reopen", "to_issue", "to_project", "note", "x", *_CONTACTS))
            hours = made.chance.choice((-30, 0, 2, 40, 200, 700))
            at = (dt.datetime.fromisoformat(at) + dt.timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M")
            change: dict[str, Any] = {}
            if event in ("contacted", "reply") and made.chance.random() < 0.7:
                change[_CONTACTS[event]] = f"{made.day()} 10:00"
            if event == "revisit":
                change["satisfaction"] = made.pick(("satisfied", "basic", "unsatisfied", "unrated", None))
            if made.chance.random() < 0.5:
                change["solve_level"] = made.pick(LEVELS)
            if event in ("to_issue", "to_project"):
                change["became"] = event[3:]
            steps.append((event, state, after, at, change))
            state = after
        due = None
        for turn, (event, before, after, on, change) in enumerate(steps):
            due = made.pick((due, None, f"{made.day()} 17:30"))
            said = {name: [values[name], new] for name, new in change.items()}
            values.update(change)
            made.add(
                "demand_event", demand_id=demand, event=event, turn=turn, at=on, from_state=before, to_state=after,
                due_at=due, changed=json.dumps(said, separators=(",", ":")),
            )  # fmt: skip
        made.add(
            "demand", id=demand, no=f"S{number:03}", source=made.pick(SOURCES), category=made.pick(CATEGORIES),
            type=made.pick(("complaint", "suggestion")), title="题", content="文", reporter="anonymous", wants_reply=0,
            reported_at=reported, state=state, due_at=due, urgency=values["urgency"], unit_at=made.pick(areas),
            satisfaction=values["satisfaction"], **place,
        )  # fmt: skip
    made.add("demand_category", code="own_1", name="自定", sort_no=1)


def _matters(made: World) -> None:
    areas = ids(made, "area_unit")
    for number in range(6):
        meeting = made.add(
            "meeting", no=f"H{number}", kind="yard", area_unit_id=made.pick(areas), held_on=made.day(),
            deleted=made.rare(), state=made.pick(("planned", "called", "held", "minuted", "cancelled")),
        )  # fmt: skip
        for _ in range(made.chance.randrange(3)):
            heads = made.chance.randrange(1, 30)
            made.add(
                "meeting_attendance",
                meeting_id=meeting,
                capacity="resident",
                head_count=heads,
                deleted=made.rare(),
            )
        issue = made.add(
            "issue", no=f"Y{number}", title="议", area_unit_id=made.pick(areas), raised_from="residents", level="yard",
            raised_on=made.day(), reviewed_on=made.maybe(made.day()), decided_on=made.maybe(made.day()),
            notice_from=made.maybe(made.day()), fed_back_on=made.maybe(made.day(), 0.3),
            state=made.pick(("raised", "merged", "rejected", "implementing", "closed")),
        )  # fmt: skip
        made.add("agenda_item", meeting_id=meeting, issue_id=issue, deleted=made.rare())
        for _ in range(made.chance.randrange(3)):
            made.add(
                "resolution", issue_id=issue, meeting_id=meeting, task_text="办", due_on=made.day(),
                deleted=made.rare(), done_on=made.maybe(made.day()),
                state=made.pick(("todo", "doing", "done", "stopped")),
            )  # fmt: skip
    for number in range(8):
        need = made.add("need", no=f"N{number}", title="需", category="repair", raised_on=made.day(),
                        state=made.pick(("open", "met", "withdrawn")), met_on=made.day())  # fmt: skip
        resource = made.add("resource", name="资", kind="venue", valid_from=made.day(), valid_to=made.maybe(made.day()),
                            price_mode="free", state=made.pick(("open", "used_up", "withdrawn")))  # fmt: skip
        project = made.add("project", id=made.id(made.day()), no=f"X{number}", title="项", year=2026,
                           state=made.pick(("drafted", "running", "rejected", "closed")),
                           finished_on=made.maybe(made.day()))  # fmt: skip
        made.add("project_entry", project_id=project, kind=made.pick(("session", "progress")), held_on=made.day(),
                 head_count=made.maybe(made.chance.randrange(40)))  # fmt: skip
        target = made.pick(({"need_id": need}, {"project_id": project}))
        made.add("resource_promise", id=made.id(made.day()), resource_id=resource, amount=1, deleted=made.rare(),
                 state=made.pick(("requested", "confirmed", "given", "released")), given_on=made.maybe(made.day()),
                 **target)  # fmt: skip


def _scopes(made: World) -> None:
    micros = frozenset(ids(made, "area_unit", kind="micro_grid"))
    for row in made.of("area_unit"):
        made.scopes.append(Scope(row["id"], TreeKind.AREA, row["name"], (), frozenset(), micros))
    for row in made.of("org_unit"):
        made.scopes.append(Scope(row["id"], TreeKind.ORG, row["name"], (), frozenset(), micros))
    units, one = ids(made, "unit"), made.pick(micros)
    made.scopes.append(Scope(made.id(), TreeKind.AREA, "3栋", (), frozenset(units[:2]), frozenset({one})))
    member = ids(made, "member")[0]
    made.scopes.append(Scope(made.id(), TreeKind.ORG, "", (), frozenset(), micros, linked_to=member))


# -- writing ---------------------------------------------------------------------------------------------------------


def write_world(store: Store, made: World) -> None:
    """Put the rows of `made` in place of everything of these tables, and compute the kept figures."""
    with store.database.write() as connection:
        for table in TABLES:
            run(connection, f"DELETE FROM {table}")
            columns = {row[1]: row for row in run(connection, f"PRAGMA table_info({table})")}
            for values in made.of(table):
                filled = {
                    name: _default(column) for name, column in columns.items() if column[3] and name != "rid"
                }
                filled |= values
                unknown = filled.keys() - columns.keys()
                assert not unknown, f"{table} has no {unknown}"
                marks = ", ".join("?" * len(filled))
                run(
                    connection,
                    f"INSERT INTO {table} ({', '.join(filled)}) VALUES ({marks})",
                    tuple(filled.values()),
                )
        statistics.rebuild(connection)


def _default(column: Any) -> Any:
    return {"INTEGER": 0, "BLOB": b"0" * 16}.get(column[2], "")
