"""F16, F17: while posts, tree and households move about, no answer ever holds a row outside its asker's scope, and
every device ends with exactly its own. The oracle is a plain picture of the village that shares no code with it."""

from __future__ import annotations

import contextlib
import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from gridworker.errors import NotAllowed
from gridworker.models.entity import BucketClass, Merge
from gridworker.models.ids import bucket_id, new_id
from gridworker.models.op import Draft, OpKind, Value
from gridworker.models.registry import BY_NAME, ENTITIES
from gridworker.sync.answers import read_answer
from gridworker.sync.protocol.messages import SYNC, SyncReply
from gridworker.sync.protocol.wire_rows import columns, decode_rows
from tests.contract.rig import Rig
from tests.contract.village import MICRO_GRIDS, change, create, home, named, visit

LOGINS = ("grid_a", "steward_a1", "steward_b1")
GRIDS = ("grid_a", "grid_b")
#: Everything of these lies where its household lies.
CARRIED = ("household", "resident", "visit", "visit_comment", "conflict")


@dataclass
class Picture:
    """The village by hand: who holds which post on which node, which area lies below which, where each home is."""

    posts: dict[str, dict[str, str]] = field(
        default_factory=lambda: {
            "grid_a": {"post_grid_a": "grid_a"},
            "steward_a1": {"post_steward_a1": "a1"},
            "steward_b1": {"post_steward_b1": "b1"},
        }
    )
    above: dict[str, str] = field(default_factory=lambda: {"a1": "grid_a", "a2": "grid_a", "b1": "grid_b"})
    lies: dict[str, str] = field(
        default_factory=lambda: {home(micro, n): micro for micro in MICRO_GRIDS for n in (1, 2, 3)}
    )

    def sees(self, login: str) -> set[str]:
        """The nodes whose residents' matters `login` may see now."""
        nodes = set(self.posts[login].values())
        return nodes | {micro for micro, above in self.above.items() if above in nodes}

    def homes(self, login: str) -> set[bytes]:
        return {named(name) for name, micro in self.lies.items() if micro in self.sees(login)}


class Schedule:
    """One run of steps; `rules` counts how often each fired."""

    def __init__(self, rig: Rig, seed: int) -> None:
        self.rig, self.chance = rig, random.Random(seed)
        self.picture, self.rules = Picture(), dict[str, int]()
        self.commands = 0
        self.desks = {login: rig.desk(login) for login in LOGINS}
        self.secretary = rig.desk("secretary")
        for desk in (*self.desks.values(), self.secretary):
            desk.sync()

    def command(self, draft: Draft) -> None:
        self.commands += 1
        self.rig.command(draft)

    # -- steps -----------------------------------------------------------------------------------------------

    def move_a_home(self) -> None:
        name = self.chance.choice(sorted(self.picture.lies))
        was, now = self.picture.lies[name], self.chance.choice(MICRO_GRIDS)
        if was != now:
            self.command(
                change("household", named(name), "unit_id", named(f"unit_{was}"), named(f"unit_{now}"))
            )
            self.picture.lies[name] = now

    def move_a_micro_grid(self) -> None:
        micro = self.chance.choice(MICRO_GRIDS)
        was, now = self.picture.above[micro], self.chance.choice(GRIDS)
        if was != now:
            self.command(change("area_unit", named(micro), "parent_id", named(was), named(now)))
            self.picture.above[micro] = now

    def give_a_post(self) -> None:
        login, micro = self.chance.choice(LOGINS), self.chance.choice(MICRO_GRIDS)
        post = f"post_{login}_{micro}_{self.commands}"
        values: dict[str, Value] = {"role_code": "micro_grid_leader", "valid_from": "2026-11-01"}
        values["area_unit_id"] = named(micro)
        self.command(create("appointment", post, member_id=named(f"member_{login}"), **values))
        self.picture.posts[login][post] = micro

    def take_a_post(self) -> None:
        login = self.chance.choice(LOGINS)
        if self.picture.posts[login]:
            post = self.chance.choice(sorted(self.picture.posts[login]))
            self.command(change("appointment", named(post), "valid_to", None, "2026-11-19"))
            del self.picture.posts[login][post]

    def write(self) -> None:
        desk = self.desks[self.chance.choice(LOGINS)]
        known = sorted(desk.holds("household"))
        if known:
            record = self.chance.choice(known)
            draft = visit(home("a1", 1), "x")
            with contextlib.suppress(NotAllowed):  # new rows may come a page before the post that gives them
                desk.save(Draft("visit", draft.record, OpKind.CREATE, {**draft.set, "household_id": record}))

    def exchange(self) -> None:
        login = self.chance.choice(LOGINS)
        desk = self.desks[login]
        seen = len(desk.wire.replies)
        desk.client.exchange(self.chance.choice((1, 2000)), 10**6, self.chance.choice((3, 5000)))
        for path, reply in zip(
            [r[0] for r in desk.wire.requests][seen:], desk.wire.replies[seen:], strict=False
        ):
            if path == SYNC:
                self.holds_nothing_else(login, read_answer(reply, SyncReply))

    def step(self) -> None:
        rules: tuple[Callable[[], None], ...] = (
            self.move_a_home, self.move_a_micro_grid, self.give_a_post, self.take_a_post, self.write,
            self.exchange, self.exchange, self.exchange,
        )  # fmt: skip
        rule = self.chance.choice(rules)
        self.rules[rule.__name__] = self.rules.get(rule.__name__, 0) + 1
        rule()

    # -- what must hold --------------------------------------------------------------------------------------

    def holds_nothing_else(self, login: str, reply: SyncReply) -> None:
        """The leak oracle: by bucket, and by where each home really is."""
        if reply.page is None:
            return
        nodes = self.picture.sees(login)
        allowed = {bucket_id(named(node), kind) for node in nodes for kind in ("case", "care")}
        homes = self.picture.homes(login)
        for part in reply.page.parts:
            if BY_NAME[part.entity].bucket.bucket_class is BucketClass.COMMON:
                continue
            assert part.bucket in allowed, (login, part.entity)
            if part.entity in CARRIED:
                place = 0 if part.entity == "household" else columns(part.entity).index("household_id")
                assert {row[place] for row in decode_rows(part)} <= homes, (login, part.entity)

    def settle(self) -> None:
        for login, desk in self.desks.items():
            desk.sync()
            desk.sync()
            homes = self.picture.homes(login)
            assert desk.holds("household") == homes, login
            assert {row[0] for row in desk.rows("SELECT household_id FROM resident")} == homes, login
            assert {row[0] for row in desk.rows("SELECT household_id FROM visit")} <= homes
            assert desk.rows("SELECT seq FROM outbox WHERE state <> 'done'") == []
            ended = [row[0] for row in desk.rows("SELECT result FROM outbox")]
            assert all(b'"outcome":"' in result for result in ended)  # no op without an end


STEPS = 40
SEEDS = range(200) if os.environ.get("HYPOTHESIS_PROFILE") == "long" else range(6)


@pytest.mark.parametrize("seed", SEEDS)
def test_f16_no_answer_holds_a_row_outside_its_scope(make_rig: Callable[..., Rig], seed: int) -> None:
    rig = make_rig()
    rig.service.rates.monotonic = iter(range(0, 10**9, 60)).__next__
    schedule = Schedule(rig, seed)
    for _ in range(STEPS):
        schedule.step()
    schedule.settle()
    assert len(schedule.rules) == 6, schedule.rules  # none of them was idle


def test_f16_a_household_and_all_that_is_its_arrive_together(make_rig: Callable[..., Rig]) -> None:
    """Between the two exchanges of both stewards it is nowhere twice and never in parts."""
    rig = make_rig()
    secretary, old, new = (rig.desk(login) for login in ("secretary", "steward_a1", "steward_b1"))
    for desk in (secretary, old, new):
        desk.sync()
    record = new_id()
    old.save(visit(home("a1", 1), "davor", record=record))
    old.save(create("visit_comment", "c", visit_id=record, member_id=named("member_steward_a1"), text="dazu"))
    old.sync()
    secretary.sync()
    secretary.save(change("household", named(home("a1", 1)), "unit_id", named("unit_a1"), named("unit_b1")))
    secretary.sync()
    new.client.exchange(10, 10_000, 5000)
    assert new.rows("SELECT said FROM visit") == [("davor",)]
    assert new.rows("SELECT text FROM visit_comment") == [("dazu",)]
    assert named(f"{home('a1', 1)}_r") in new.holds("resident")
    old.client.exchange(10, 10_000, 5000)
    assert old.rows("SELECT id FROM visit UNION SELECT id FROM visit_comment") == []
    assert named(f"{home('a1', 1)}_r") not in old.holds("resident")


# -- F17 -------------------------------------------------------------------------------------------------------


def grow(rig: Rig, grids: int) -> list[bytes]:
    """`grids` more micro-grids below grid_a."""
    values: dict[str, Value] = {
        "kind": "micro_grid",
        "parent_id": named("grid_a"),
        "valid_from": "2026-11-01",
    }
    drafts = [create("area_unit", f"extra{n}", code=f"99{n}", name=f"微{n}", **values) for n in range(grids)]
    rig.command(*drafts)
    return [draft.record for draft in drafts]


@pytest.mark.parametrize("grids", [30, pytest.param(300, marks=pytest.mark.long)])
def test_f17_reparenting_grids_rewrites_no_row(make_rig: Callable[..., Rig], grids: int) -> None:
    rig = make_rig()
    made = grow(rig, grids)
    steward, chief = rig.desk("steward_a1"), rig.desk("grid_a")
    steward.sync()
    chief.sync()
    versions = {
        entity.name: rig.rows(f"SELECT id, row_version, bucket_id FROM {entity.name} ORDER BY id")
        for entity in ENTITIES
        if entity.name != "area_unit"
    }
    head = rig.one("SELECT head FROM domain_head")
    epochs = dict(rig.rows("SELECT account_id, epoch FROM scope"))
    moves = [change("area_unit", record, "parent_id", named("grid_a"), named("grid_b")) for record in made]
    rig.command(*moves)
    assert rig.one("SELECT head FROM domain_head") == head + grids  # the areas themselves and nothing else
    for entity, rows in versions.items():
        assert rig.rows(f"SELECT id, row_version, bucket_id FROM {entity} ORDER BY id") == rows, entity
    chief.sync()
    steward.sync()
    risen = {
        a for a, epoch in rig.rows("SELECT account_id, epoch FROM scope") if epoch != epochs.get(a, epoch)
    }
    assert risen == {named("account_grid_a")}  # only who sees other buckets now
    assert chief.holds("household") == {named(home(m, n)) for m in ("a1", "a2") for n in (1, 2, 3)}


# -- withheld fields ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda e: e.name)
def test_withheld_fields_are_not_on_the_wire_and_cannot_be_written(entity: object) -> None:
    from gridworker.models.entity import Entity
    from gridworker.models.validation import Rules, faults

    assert isinstance(entity, Entity)
    withheld = {f.name for f in entity.fields if f.merge is Merge.LOCAL}
    assert not withheld & set(columns(entity.name))
    for name in withheld:
        found = faults(entity, {name: 1}, Rules(today="2026-11-20", practice=True), creating=False)
        assert [fault.field for fault in found] == [name]
