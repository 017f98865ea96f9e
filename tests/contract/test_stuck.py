"""F4–F7: an op the server fails on is found, set aside, tried again and shown; nothing unrelated waits for it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from gridworker.errors import FieldInvalid, NotFound, ServerRefused
from gridworker.models.ids import new_id
from gridworker.server import push
from gridworker.services.stuck import give_up, resend_mended, take_out
from gridworker.store import outbox, stuck
from gridworker.store.queries.stuck import stuck_ops
from gridworker.sync import engine
from gridworker.sync.engine import Answered, Asked, Failed, Opened, Postpone, State, Tick, WakeAt, Work, step
from gridworker.sync.session import Session
from tests.contract.rig import Desk, Rig
from tests.contract.village import change, home, named, visit

POISON = "毒"
MINUTE = 60.0


def spoil(monkeypatch: pytest.MonkeyPatch, *, alone: bool) -> list[int]:
    """The server fails on every batch with the poison in it, as a whole (HTTP 500), or on judging its op `alone`.
    Returns the sizes of the batches it was given; emptying `active` heals it."""
    sizes: list[int] = []
    real_take_in, real_judge = push.take_in, push._judge_together

    def take_in(connection: Any, context: Any, ops: Any, cursor: Any) -> Any:
        sizes.append(bytes(ops).count(b'"op_id"'))
        if not alone and POISON.encode() in bytes(ops):
            raise RuntimeError("poison")
        return real_take_in(connection, context, ops, cursor)

    def judge(connection: Any, context: Any, groups: Any) -> Any:
        if alone and any(item.op and item.op.set.get("said") == POISON for group in groups for item in group):
            raise RuntimeError("poison")
        return real_judge(connection, context, groups)

    monkeypatch.setattr(push, "take_in", take_in)
    monkeypatch.setattr(push, "_judge_together", judge)
    return sizes


class Pilot:
    """The engine with its session on a clock that only moves when everything due was done."""

    def __init__(self, rig: Rig, desk: Desk) -> None:
        self.rig, self.now, self.began = rig, 0.0, rig.hands.now
        self.session = Session(desk.client, lambda: self.now, lambda: 0.9)
        self.state = State()
        self.wake = 0.0
        self.events: list[Any] = []
        self.feed(Opened(self.now))

    def feed(self, event: Any) -> None:
        self.state, effects = step(self.state, event)
        while True:
            self.wake = next((e.at for e in effects if isinstance(e, WakeAt)), self.wake)
            work = next((e for e in effects if isinstance(e, Work)), None)
            if work is None:
                return
            done = self.session.perform(work)
            self.events.append((work, done))
            self.state, effects = step(self.state, done)

    def until(self, seconds: float) -> None:
        """Let time pass, waking as the engine asked."""
        while self.wake <= seconds:
            self.now = max(self.now, self.wake)
            self.rig.hands.now = self.began + self.now
            self.feed(Tick(self.now))
        self.now = seconds
        self.rig.hands.now = self.began + seconds


def ready(make_rig: Callable[..., Rig]) -> tuple[Rig, Desk]:
    rig = make_rig()
    rig.service.rates.monotonic = iter(range(0, 10**9, 60)).__next__
    desk = rig.desk("steward_a1")
    desk.sync()
    return rig, desk


def states(desk: Desk) -> dict[str, int]:
    return dict(desk.rows("SELECT state, count(*) FROM outbox GROUP BY state"))


def poisoned(desk: Desk, total: int, place: int) -> None:
    for number in range(total):
        desk.save(visit(home("a1", 1 + number % 2), POISON if number == place else f"第{number}次"))


@pytest.mark.parametrize("place", [0, 57, 119])
def test_f05_one_op_that_gives_500_delays_the_others_less_than_two_minutes(
    make_rig: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    rig, desk = ready(make_rig)
    poisoned(desk, 120, place)
    sizes = spoil(monkeypatch, alone=False)
    pilot = Pilot(rig, desk)
    pilot.until(2 * MINUTE)
    assert rig.one("SELECT count(*) FROM visit") == 119
    assert states(desk) == {"done": 119, "stuck": 1}
    assert len(sizes) < 40
    assert sum(isinstance(work, Postpone) for work, _ in pilot.events) == 1


def test_f04_of_500_ops_one_that_cannot_be_judged_is_shown_and_the_others_are_applied(
    make_rig: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, desk = ready(make_rig)
    desk.save(visit(home("a1", 1), POISON))
    for number in range(499):
        desk.save(visit(home("a1", 1 + number % 2), f"第{number}次"))
    spoil(monkeypatch, alone=True)
    pilot = Pilot(rig, desk)
    pilot.until(MINUTE)
    assert rig.one("SELECT count(*) FROM visit") == 499
    assert states(desk) == {"done": 499, "stuck": 1}
    pilot.until(45 * MINUTE)
    with desk.store.read() as connection:
        quarantined = f"SELECT count(*) FROM outbox WHERE {outbox.NEEDS_ATTENTION}"
        assert connection.exec_driver_sql(quarantined).scalar() == 1
    first, tries = desk.rows("SELECT first_at, tries FROM stuck")[0]
    assert tries == stuck.QUARANTINED
    assert rig.now() - first >= 30 * 60_000


def test_a_stuck_op_arrives_when_the_server_is_mended(
    make_rig: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, desk = ready(make_rig)
    poisoned(desk, 3, 1)
    with monkeypatch.context() as broken:
        spoil(broken, alone=False)
        pilot = Pilot(rig, desk)
        pilot.until(MINUTE)
        assert states(desk) == {"done": 2, "stuck": 1}
    pilot.until(4 * MINUTE)
    assert states(desk) == {"done": 3}
    assert rig.one("SELECT count(*) FROM visit") == 3
    assert desk.rows("SELECT * FROM stuck") == []


@pytest.mark.parametrize("alone", [True, False])
def test_only_what_leans_on_a_stuck_op_waits_behind_it(
    make_rig: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch, alone: bool
) -> None:
    rig, desk = ready(make_rig)
    record = named("poisoned visit")
    desk.save(visit(home("a1", 1), POISON, record=record))
    comment = {"visit_id": record, "member_id": named("member_steward_a1"), "text": "补充"}
    desk.save(_create("visit_comment", comment))
    desk.save(change("household", named(home("a1", 1)), "note", None, "与它无关"))
    with monkeypatch.context() as broken:
        spoil(broken, alone=alone)
        pilot = Pilot(rig, desk)
        pilot.until(2 * MINUTE)
        desk.save(_create("visit_comment", {**comment, "text": "再补充"}))
        desk.save(visit(home("a1", 2), "也无关"))
        pilot.feed(Asked(pilot.now))
        assert states(desk) == {"done": 2, "stuck": 1, "behind": 2}
        assert rig.rows("SELECT note FROM household WHERE note IS NOT NULL") == [("与它无关",)]
    pilot.until(20 * MINUTE)
    assert states(desk) == {"done": 5}
    assert rig.one("SELECT count(*) FROM visit_comment") == 2
    assert desk.rows("SELECT result FROM outbox WHERE result LIKE '%rejected%'") == []


def _create(entity: str, values: dict[str, Any]) -> Any:
    from gridworker.models.ids import new_id
    from gridworker.models.op import Draft, OpKind

    return Draft(entity, new_id(), OpKind.CREATE, values)


def test_f07_pull_goes_on_while_push_fails_and_pending_edits_stay_on_top(
    make_rig: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, desk = ready(make_rig)
    other = rig.desk("grid_a")
    other.sync()
    desk.save(change("household", named(home("a1", 1)), "note", None, "我的"), visit(home("a1", 1), POISON))
    other.save(change("household", named(home("a1", 1)), "preferred_time", None, "evening"))
    other.save(visit(home("a1", 2), "别人的"))
    other.sync()
    spoil(monkeypatch, alone=False)
    pilot = Pilot(rig, desk)
    pilot.until(MINUTE)
    assert desk.rows("SELECT note, preferred_time FROM household WHERE id = ?", named(home("a1", 1))) == [
        ("我的", "evening")
    ]
    assert ("别人的",) in desk.rows("SELECT said FROM visit")


def test_f06_a_server_that_fails_on_everything_is_asked_within_a_minute_for_ever(
    make_rig: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, desk = ready(make_rig)
    poisoned(desk, 4, 9)

    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("ill")

    with monkeypatch.context() as ill:
        ill.setattr(rig.service, "begin", broken)
        pilot = Pilot(rig, desk)
        pilot.until(60 * MINUTE)
        times = [event.now for _, event in pilot.events if isinstance(event, Failed)]
        gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
        assert len(times) > 60
        assert max(gaps) <= 60.0
        assert states(desk) in ({"sent": 4}, {"new": 4})  # no op is blamed for it
    pilot.until(62 * MINUTE)
    assert states(desk) == {"done": 4}
    assert isinstance(pilot.events[-1][1], Answered)


def test_an_act_too_large_by_itself_does_not_hold_up_the_others(
    make_rig: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, desk = ready(make_rig)
    poisoned(desk, 3, 0)
    real = rig.service.begin

    def strict(signed: Any) -> Any:
        from gridworker.server.refusal import Refusal

        if POISON.encode() in signed.inflated():
            raise Refusal(413, "too_large", "no")
        return real(signed)

    monkeypatch.setattr(rig.service, "begin", strict)
    pilot = Pilot(rig, desk)
    pilot.until(MINUTE)
    assert states(desk) == {"done": 2, "stuck": 1}


def test_a_placeholder_is_never_taken_for_a_fork_and_a_lost_answer_is_met_again(
    make_rig: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server did take the op and only its answer was broken: the place that is told later finds the result."""
    rig, desk = ready(make_rig)
    desk.save(visit(home("a1", 1), POISON))
    real = rig.service.finish

    def answers_badly(asked: Any) -> bytes:
        answer = real(asked)
        if POISON.encode() in asked.signed.inflated():
            raise RuntimeError("after the commit")
        return answer

    monkeypatch.setattr(rig.service, "finish", answers_badly)
    pilot = Pilot(rig, desk)
    pilot.until(MINUTE)
    assert states(desk) == {"done": 1}
    assert "device_fork" not in rig.acts()
    assert rig.one("SELECT count(*) FROM visit") == 1


def test_strikes_come_before_any_search() -> None:
    sent = engine.Suspect(8, 8)
    state, _ = step(State(), Opened(0.0))
    state, _ = step(state, Asked(0.0))
    for _number in range(engine.STRIKES - 1):
        state, effects = step(state, Failed(1.0, engine.Trouble.SPOILED, sent=sent, error=ServerRefused()))
        assert not any(isinstance(e, Work) for e in effects)
        state, _ = step(state, Asked(2.0))
    state, effects = step(state, Failed(3.0, engine.Trouble.SPOILED, sent=sent))
    assert [e.push for e in effects if isinstance(e, engine.Exchange)] == [False]
    state, effects = step(state, Answered(4.0, unsent=True, more=False))
    assert [e.budget.ops for e in effects if isinstance(e, engine.Exchange)] == [4]


# -- what a person does with it ----------------------------------------------------------------------------------


def quarantined(make_rig: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch) -> tuple[Rig, Desk, Pilot]:
    rig, desk = ready(make_rig)
    poisoned(desk, 3, 1)
    spoil(monkeypatch, alone=False)
    pilot = Pilot(rig, desk)
    pilot.until(50 * MINUTE)
    return rig, desk, pilot


def test_a_quarantined_op_says_what_it_is_and_why(
    make_rig: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, desk, _ = quarantined(make_rig, monkeypatch)
    (found,) = stuck_ops(desk.store)
    assert (found.state, found.why, found.entity, found.kind) == (
        "quarantined",
        "server_bug",
        "visit",
        "create",
    )
    assert (found.values["said"], found.place, found.tries) == (POISON, "1-1-2", 5)
    assert found.next_at > desk.store.clock.milliseconds()


def test_a_mended_op_is_sent_as_a_new_one_with_its_number(
    make_rig: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, desk, pilot = quarantined(make_rig, monkeypatch)
    (found,) = stuck_ops(desk.store)
    resend_mended(desk.store, found.op_id, {"said": "改好了"})
    pilot.feed(Asked(pilot.now))
    assert sorted(row[0] for row in rig.rows("SELECT said FROM visit")) == ["改好了", "第0次", "第2次"]
    assert rig.rows("SELECT no FROM visit WHERE said = '改好了'") == [(found.values["no"],)]
    assert stuck_ops(desk.store) == ()
    assert states(desk) == {"done": 4}
    assert POISON.encode() in b"".join(row[0] for row in desk.rows("SELECT payload FROM outbox"))


def test_an_op_given_up_ends_with_its_reason_and_its_effect_is_taken_back(
    make_rig: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, desk, pilot = quarantined(make_rig, monkeypatch)
    (found,) = stuck_ops(desk.store)
    with pytest.raises(FieldInvalid):
        give_up(desk.store, found.op_id, " ")
    assert POISON in take_out(desk.store, [found.op_id]).decode()
    give_up(desk.store, found.op_id, "记错了")
    assert desk.rows("SELECT said FROM visit WHERE said = ?", POISON) == []
    assert stuck_ops(desk.store) == ()
    pilot.feed(Asked(pilot.now))
    assert states(desk) == {"done": 3}
    (kept,) = desk.rows("SELECT result FROM outbox WHERE op_id = ?", found.op_id)
    assert "记错了" in kept[0].decode()
    desk.save(visit(home("a1", 1), "照常"))
    pilot.feed(Asked(pilot.now))
    assert rig.one("SELECT count(*) FROM visit") == 3
    with pytest.raises(NotFound):
        give_up(desk.store, found.op_id, "再一次")


def test_an_edit_given_up_shows_again_what_was_there(
    make_rig: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, desk = ready(make_rig)
    desk.save(change("household", named(home("a1", 1)), "note", None, "先前"))
    desk.sync()
    desk.save(change("household", named(home("a1", 1)), "note", "先前", POISON))
    spoil(monkeypatch, alone=False)
    pilot = Pilot(rig, desk)
    pilot.until(MINUTE)
    (found,) = stuck_ops(desk.store)
    assert found.state == "trying"
    give_up(desk.store, found.op_id, "不对")
    assert desk.one("SELECT note FROM household WHERE id = ?", named(home("a1", 1))) == "先前"


def test_a_new_version_of_the_server_is_asked_at_once(
    make_rig: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, desk = ready(make_rig)
    poisoned(desk, 2, 1)
    with monkeypatch.context() as broken:
        spoil(broken, alone=False)
        pilot = Pilot(rig, desk)
        pilot.until(50 * MINUTE)
    monkeypatch.setattr("gridworker.server.service.__version__", "99.0")
    pilot.until(53 * MINUTE)
    assert states(desk) == {"done": 2}


def test_f04_the_pauses_grow_from_minutes_to_64_hours_and_no_further(make_rig: Callable[..., Rig]) -> None:
    desk, op_id, pauses = make_rig().desk("steward_a1"), new_id(), []
    with desk.store.database.write() as connection:
        for _ in range(11):
            stuck.failed(connection, [op_id], 1_000, "test")
            row = connection.exec_driver_sql("SELECT next_at FROM stuck WHERE op_id = ?", (op_id,)).one()
            pauses.append((row[0] - 1_000) / 60_000)
    assert pauses == [2, 5, 10, 15, 30, 60, 4 * 60, 16 * 60, 64 * 60, 64 * 60, 64 * 60]


def test_f14_a_clock_set_back_does_not_keep_an_op_aside_for_years(make_rig: Callable[..., Rig]) -> None:
    desk = make_rig().desk("steward_a1")
    desk.sync()
    desk.save(visit(home("a1", 1), "一"))
    now, years = desk.store.clock.milliseconds(), 10 * 365 * 24 * 3_600_000
    with desk.store.database.write() as connection:
        stuck.set_aside(connection, now, "test")
    desk.sync()  # its place is told
    with desk.store.read() as connection:
        assert stuck.due(connection, now) == []
        assert stuck.due(connection, now - years) != []
