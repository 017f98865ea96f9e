"""The engine decides when to talk. The properties say what must hold after any history; the examples say what a
person would notice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gridworker.sync import engine
from gridworker.sync.engine import (
    Answered,
    Asked,
    Budget,
    Close,
    Effect,
    Event,
    Exchange,
    Failed,
    Locking,
    Opened,
    Phase,
    Postponed,
    Renew,
    Renewed,
    Route,
    Saved,
    Show,
    State,
    Suspect,
    Tick,
    Trouble,
    WakeAt,
    Work,
    step,
)

BUSY_PHASES = (Phase.EXCHANGING, Phase.RENEWING)


@dataclass
class Run:
    """A history: the state and everything that was asked for."""

    state: State
    effects: tuple[Effect, ...] = ()

    def __call__(self, event: Event) -> Run:
        state, effects = step(self.state, event)
        return Run(state, effects)

    @property
    def wake(self) -> float:
        return next(effect.at for effect in self.effects if isinstance(effect, WakeAt))

    def asks(self, kind: type[Any]) -> bool:
        return any(isinstance(effect, kind) for effect in self.effects)


def opened(now: float = 0.0) -> Run:
    return Run(State())(Opened(now))


def exchanging(now: float = 0.0) -> Run:
    return opened(now)(Tick(now))


def answered(now: float, **values: Any) -> Answered:
    return Answered(now, **{"unsent": False, "more": False, **values})


def test_unlocking_asks_at_once() -> None:
    run = opened(5.0)
    assert run.wake == 5.0
    assert run(Tick(5.0)).asks(Exchange)


def test_a_quiet_device_asks_every_minute() -> None:
    run = exchanging()(answered(3.0))
    assert run.wake == 63.0
    assert not run(Tick(62.9)).asks(Exchange)
    assert run(Tick(63.0)).asks(Exchange)


def test_a_save_is_sent_after_a_moment() -> None:
    run = exchanging()(answered(3.0))(Saved(10.0))
    assert run.wake == 11.0
    assert run(Saved(10.5)).wake == 11.0  # the second save does not push the first back


def test_a_save_during_an_exchange_is_not_forgotten() -> None:
    run = exchanging()(Saved(1.0))(answered(2.0))
    assert run.state.unsent
    assert run.wake == 3.0


def test_it_goes_on_while_there_is_more() -> None:
    assert exchanging()(answered(1.0, more=True)).asks(Exchange)
    assert exchanging()(answered(1.0, unsent=True)).asks(Exchange)


def test_failures_wait_longer_up_to_a_minute() -> None:
    run, now, pauses = exchanging(), 0.0, []
    for _ in range(8):
        run = run(Failed(now, Trouble.AWAY, chance=0.999999))
        pauses.append(round(run.wake - now))
        now = run.wake
        run = run(Tick(now))
    assert pauses == [5, 10, 20, 40, 60, 60, 60, 60]


def test_a_save_does_not_hurry_a_failing_device() -> None:
    run = exchanging()(Failed(0.0, Trouble.AWAY, chance=0.9))
    assert run(Saved(0.1)).wake == run.wake


def test_the_servers_wish_is_kept() -> None:
    run = exchanging()(Failed(0.0, Trouble.BUSY, chance=0.0, retry_after=120.0))
    assert run.wake == 120.0
    assert not run(Saved(1.0))(Tick(119.0)).asks(Exchange)


def test_a_refused_token_is_renewed_once() -> None:
    run = exchanging()(Failed(0.0, Trouble.TOKEN))
    assert run.asks(Renew)
    run = run(Renewed(1.0))
    assert run.asks(Exchange)
    run = run(Failed(2.0, Trouble.TOKEN, chance=0.5))
    assert not run.asks(Renew)
    assert run.wake > 2.0
    run = run(Tick(run.wake))(answered(10.0))(Tick(70.0))
    assert run(Failed(71.0, Trouble.TOKEN)).asks(Renew)


def test_a_revoked_device_stops_and_says_so() -> None:
    run = exchanging()(Failed(0.0, Trouble.REVOKED))
    assert run.state.phase is Phase.STOPPED
    assert run.effects == (Show(Phase.STOPPED, Trouble.REVOKED),)
    assert run(Saved(1.0))(Tick(1e6)).effects == ()
    assert run(Opened(2.0)).wake == 2.0


def test_too_large_halves_until_one_op_is_left() -> None:
    run = exchanging()
    sizes = []
    while run.asks(Exchange):
        sizes.append(run.state.budget.ops)
        run = run(Failed(0.0, Trouble.TOO_LARGE, chance=0.5))
    assert sizes[:3] == [2000, 1000, 500]
    assert sizes[-1] == 1
    assert run.wake > 0.0
    grown = run(Tick(run.wake))(answered(9.0))
    assert grown.state.budget.ops == 2


def test_slow_pages_become_smaller_and_quick_ones_grow_again() -> None:
    run = exchanging()(answered(11.0, seconds=11.0, more=True))
    assert run.state.budget.rows == 2500
    assert run(answered(12.0, seconds=1.0)).state.budget.rows == 5000


def test_a_server_that_allows_nothing_is_still_asked_for_something() -> None:
    run = exchanging()(answered(1.0, limits=Budget(ops=0, op_bytes=0, rows=0), more=True))
    assert run.state.budget == Budget(1, 1, 1)


def test_the_servers_limits_are_kept() -> None:
    run = exchanging()(answered(1.0, limits=Budget(ops=10, op_bytes=1000, rows=20), more=True))
    assert run.state.budget == Budget(10, 1000, 20)


def test_locking_pushes_once_and_closes() -> None:
    run = exchanging()(answered(0.0))(Saved(1.0))(Locking(1.1))
    pushes = [effect for effect in run.effects if isinstance(effect, Exchange)]
    assert [push.pull for push in pushes] == [False]
    ended = run(answered(2.0, unsent=True))
    assert ended.asks(Close)
    assert not ended.asks(Exchange)
    assert ended.state.phase is Phase.LOCKED


def test_locking_with_nothing_to_send_closes_at_once() -> None:
    assert exchanging()(answered(0.0))(Locking(1.0)).asks(Close)
    assert exchanging()(answered(0.0))(Saved(1.0))(Route(1.0, online=False))(Locking(1.0)).asks(Close)


def test_locking_never_waits_longer_than_ten_seconds() -> None:
    run = exchanging()(Locking(1.0))
    assert run.wake == 11.0
    assert not run(Tick(10.9)).asks(Close)
    assert run(Tick(11.0)).asks(Close)
    assert run(Failed(2.0, Trouble.AWAY)).asks(Close)


def test_a_late_answer_after_closing_changes_nothing() -> None:
    closed = exchanging()(Locking(1.0))(Tick(11.0))
    assert closed(answered(12.0)).effects == ()


def test_a_new_route_ends_the_waiting() -> None:
    run = exchanging()(Route(0.0, online=False))(Failed(1.0, Trouble.AWAY, chance=0.9))
    assert run(Route(2.0, online=True)).wake == 2.0


def test_a_person_may_ask_at_any_time() -> None:
    run = exchanging()(Failed(0.0, Trouble.BUSY, retry_after=500.0))
    assert run(Asked(1.0)).asks(Exchange)


@given(st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=30))
def test_without_a_route_the_waiting_is_bounded_too(chances: list[float]) -> None:
    run, now = exchanging()(Route(0.0, online=False)), 0.0
    for chance in chances:
        run = run(Failed(now, Trouble.AWAY, chance=chance))
        assert 0 < run.wake - now <= engine.NO_ROUTE
        now = run.wake
        run = run(Tick(now))


class Liveness(RuleBasedStateMachine):
    """G6: unlocked, online and with something unsent, an attempt starts within 60 s or the server's wish."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.state = State()
        self.wish = 0.0
        self.wakes: list[float] = []

    def feed(self, event: Event) -> None:
        self.state, effects = step(self.state, event)
        self.wakes += [effect.at for effect in effects if isinstance(effect, WakeAt)]
        started = sum(isinstance(effect, Work) for effect in effects)
        assert started <= 1
        assert started == 0 or self.state.phase in BUSY_PHASES
        if started:
            self.wish = 0.0

    @rule(unsent=st.booleans())
    def unlock(self, unsent: bool) -> None:
        if self.state.phase is not Phase.LOCKED:
            return
        self.feed(Opened(self.now, unsent))

    @rule()
    def save(self) -> None:
        self.feed(Saved(self.now))

    @rule()
    def lock(self) -> None:
        self.feed(Locking(self.now))

    @rule(online=st.booleans())
    def route(self, online: bool) -> None:
        self.feed(Route(self.now, online))

    @rule(seconds=st.floats(0.0, 200.0))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.feed(Tick(self.now))

    @rule()
    def wake(self) -> None:
        """The driver comes at the last moment it was told, not before."""
        if self.wakes:
            self.now = max(self.now, self.wakes[-1])
            self.feed(Tick(self.now))

    @precondition(lambda self: self.state.phase is Phase.EXCHANGING)
    @rule(unsent=st.booleans(), more=st.booleans(), seconds=st.floats(0.0, 30.0))
    def answer(self, unsent: bool, more: bool, seconds: float) -> None:
        self.now += seconds
        self.feed(Answered(self.now, unsent, more, seconds))

    @precondition(lambda self: self.state.phase is Phase.RENEWING)
    @rule()
    def renewed(self) -> None:
        self.feed(Renewed(self.now))

    @precondition(lambda self: self.state.phase in BUSY_PHASES)
    @rule(
        trouble=st.sampled_from([t for t in Trouble if t is not Trouble.REVOKED]),
        chance=st.floats(0, 1, exclude_max=True),
        wish=st.sampled_from([0.0, 0.0, 7.0, 900.0]),
        sent=st.sampled_from([None, Suspect(1, 1), Suspect(9, 3), Suspect(2000, 2000)]),
    )
    def fail(self, trouble: Trouble, chance: float, wish: float, sent: Suspect | None) -> None:
        self.wish = wish
        self.feed(Failed(self.now, trouble, chance, wish, None, sent))

    @precondition(lambda self: self.state.phase is Phase.EXCHANGING)
    @rule()
    def postponed(self) -> None:
        self.feed(Postponed(self.now))

    @invariant()
    def an_attempt_is_near(self) -> None:
        state = self.state
        assert (state.next_at is not None) is (state.phase is Phase.WAITING)
        if state.phase is Phase.WAITING and state.online:
            assert state.next_at is not None
            assert state.next_at <= self.now + max(60.0, self.wish)  # a difference would be rounded up
        if state.phase is Phase.WAITING and state.next_at is not None:
            assert self.wakes[-1] == state.next_at
            assert any(isinstance(effect, Exchange) for effect in step(state, Tick(state.next_at))[1])


TestLiveness = Liveness.TestCase


@given(
    st.lists(
        st.tuples(st.sampled_from(list(Trouble)[:2]), st.floats(0, 1, exclude_max=True)),
        min_size=1,
        max_size=20,
    )
)
def test_online_with_unsent_work_the_next_attempt_is_within_a_minute(
    history: list[tuple[Trouble, float]],
) -> None:
    run, now = exchanging(), 0.0
    for trouble, chance in history:
        run = run(Failed(now, trouble, chance))(Saved(now))
        assert run.wake - now <= 60.0 if run.asks(WakeAt) else run.state.next_at is not None
        assert run.state.next_at is not None
        assert run.state.next_at - now <= 60.0
        now = run.state.next_at
        run = run(Tick(now))
        assert run.asks(Exchange)


@pytest.mark.parametrize("phase", list(Phase))
def test_every_event_is_understood_in_every_phase(phase: Phase) -> None:
    state = State(phase, next_at=1.0 if phase is Phase.WAITING else None)
    events: tuple[Event, ...] = (
        *(
            Opened(1.0),
            Saved(1.0),
            Asked(1.0),
            Tick(1.0),
            Route(1.0, online=True),
            answered(1.0),
            Renewed(1.0),
        ),
        *(Failed(1.0, trouble) for trouble in Trouble),
        Locking(1.0),
    )
    for event in events:
        after, _ = step(state, event)
        assert (after.next_at is not None) is (after.phase is Phase.WAITING)
