"""A machine of random legal and illegal events on one device against a plain oracle of the design's table: the log
replays to the state, no demand is lost, what is closed has a result and a reply or needed none."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from gridworker.models.op import OpKind, Outcome, Value
from gridworker.store.store import Store
from gridworker.store.workspace import Shape, Workspace
from tests.unit.store import test_demands as road

MEMBERS = (road.ME, road.OTHER, road.THIRD)
ROLES = ("micro_grid_leader", "grid_leader", "community_secretary", "viewer")
EVENTS = sorted(road.INPUT)
TEMPLATE: dict[str, Any] = {}
REACHED: set[str] = set()


class Roads(RuleBasedStateMachine):
    """Everything happens in one transaction that is rolled back at the end."""

    made = Bundle("made")

    @initialize(target=made)
    def begin(self) -> bytes:
        store: Store = TEMPLATE["store"]
        self.write = store.database.write()
        self.workspace = Workspace(self.write.__enter__(), Shape())
        self.known: dict[bytes, str] = {}
        return self._register(1)

    def _register(self, wants_reply: int) -> bytes:
        record = road.new_demand(self.workspace, wants_reply=wants_reply)
        self.known[record] = "registered"
        return record

    @rule(target=made, wants_reply=st.sampled_from([0, 1]))
    def register(self, wants_reply: int) -> bytes:
        return self._register(wants_reply)

    @rule(
        record=made,
        other=made,
        event=st.sampled_from(EVENTS),
        member=st.sampled_from(MEMBERS),
        role=st.sampled_from(ROLES),
        poor=st.booleans(),
    )
    def cause(self, record: bytes, other: bytes, event: str, member: bytes, role: str, poor: bool) -> None:
        given = {} if poor else self._inputs(event, other)
        before = dict(road.row(self.workspace, record))
        entries = len(road.log(self.workspace, record))
        answer = road.cause(self.workspace, record, event, road.actor(self.workspace, role, member), **given)
        after = road.row(self.workspace, record)
        took_effect = answer.outcome in (Outcome.APPLIED, Outcome.MERGED)
        assert len(road.log(self.workspace, record)) == entries + int(took_effect)
        if not took_effect:
            assert after == before
            return
        if event != "take_back":
            assert after["state"] == road.TABLE[event][self.known[record]]
        assert role != "viewer"
        self.known[record] = str(after["state"])
        REACHED.add(str(after["state"]))

    @rule(record=made, other=made, upto=st.sampled_from(["handle", "reply", "close", "merge"]))
    def go_on(self, record: bytes, other: bytes, upto: str) -> None:
        """As people go on: by whoever may, each step that is possible, up to one of them."""
        for event, member in (
            ("accept", road.ME),
            ("handle", road.ME),
            ("reply", road.ME),
            ("close", road.OTHER),
        ):
            if upto == "merge":
                self.cause(record, other, "merge", member, "community_secretary", poor=False)
                return
            self.cause(record, other, event, member, "community_secretary", poor=False)
            if event == upto:
                return

    def _inputs(self, event: str, other: bytes) -> dict[str, Value]:
        given = dict(road.INPUT[event])
        tree = self.workspace.tree()
        if event == "merge":
            given["merged_into_id"] = other
        elif event == "refer_up":
            given["referred_to_id"] = tree.root
        elif event in ("transfer", "route"):
            beside = min(n for n in tree.parents if n not in tree.lineage(road.micro_of(self.workspace)))
            given["referred_to_id" if event == "transfer" else "routed_to_id"] = beside
        return given

    @rule(record=made, entity=st.sampled_from(["demand", "demand_event"]))
    def delete(self, record: bytes, entity: str) -> None:
        answer = road.do(self.workspace, record, OpKind.DELETE, {}, entity=entity)
        assert answer.outcome is Outcome.REJECTED

    @rule()
    def write_and_read_again(self) -> None:
        self.workspace.flush()
        self.workspace = Workspace(self.workspace.connection, Shape())

    @invariant()
    def every_log_replays(self) -> None:
        for record in self.known if hasattr(self, "known") else ():
            assert road.replays(self.workspace, record)
            turns = [entry["turn"] for entry in road.log(self.workspace, record)]
            assert turns == list(range(1, len(turns) + 1))

    @invariant()
    def what_is_closed_has_a_result_and_a_reply(self) -> None:
        for record, state in self.known.items() if hasattr(self, "known") else ():
            row = road.row(self.workspace, record)
            assert (row["state"], row["deleted"]) == (state, 0)
            if state == "closed":
                assert row["result_kind"] and row["result_text"]
                assert row["replied_at"] or not row["wants_reply"]
                assert row["closed_by_id"] != row["handled_by_id"] or row["solve_level"] == "micro_grid"
            if state == "merged":
                assert row["merged_into_id"] != record
            open_ones = [
                r for r in road.referrals(self.workspace, record) if r["state"] in ("open", "accepted")
            ]
            assert len(open_ones) <= 1
            assert bool(open_ones) == (row["referral"] in ("open", "accepted"))

    def teardown(self) -> None:
        if hasattr(self, "write"):
            error = RuntimeError("rolled back")
            self.write.__exit__(RuntimeError, error, None)


def test_random_roads_keep_the_rules(alone: Store) -> None:
    TEMPLATE["store"] = alone
    case: Any = Roads.TestCase()
    case.settings = settings(
        max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
    )
    case.runTest()
    assert {"handled", "closed", "merged"} <= REACHED
