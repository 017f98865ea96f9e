"""Decides when this device talks to the server: `step(state, event)` gives the next state and what to do. Pure: time
and chance come with the events, the doing is somebody else's (sync/session.py, the window). One scheduler owns the
next attempt, and every exit sets it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

#: Seconds. A quiet device asks every EVERY; a save is sent after SAVE_DELAY, so that one act's saves travel together.
EVERY, SAVE_DELAY = 60.0, 1.0
BACKOFF_FIRST, BACKOFF_MOST = 5.0, 60.0
#: Without a route the waiting may grow longer; a new route ends it at once.
NO_ROUTE = 300.0
CLOSING_SECONDS = 10.0
SLOW_PAGE, QUICK_PAGE = 10.0, 3.0
FEWEST_ROWS = 250
#: So often the server may fail on a batch before the op that spoils it is looked for.
STRIKES = 3


class Phase(StrEnum):
    """`stopped` needs a person; `locked` means that the store is closed."""

    LOCKED = "locked"
    WAITING = "waiting"
    EXCHANGING = "exchanging"
    RENEWING = "renewing"
    STOPPED = "stopped"


class Trouble(StrEnum):
    """Why an attempt failed, as far as it matters here."""

    AWAY = "away"  # no server, or something else answered
    BUSY = "busy"
    TOKEN = "token"
    TOO_LARGE = "too_large"
    SPOILED = "spoiled"  # the server failed on what it was sent, or fails on everything
    REVOKED = "revoked"  # this device, this account, or practice and real mixed
    OTHER = "other"


@dataclass(frozen=True)
class Budget:
    """What one exchange may carry."""

    ops: int = 2000
    op_bytes: int = 4 * 1024 * 1024
    rows: int = 5000


@dataclass(frozen=True)
class Suspect:
    """A batch the server failed on."""

    ops: int
    acts: int


@dataclass(frozen=True)
class State:
    """`next_at` is set exactly while waiting. `saved` notes a save during an exchange, `renewed` that this attempt
    already renewed its token, `failures` the attempts in vain since the last answer. `strikes` counts the server's
    failures on what was sent; then an empty exchange asks whether it is the batch (`probing`), which is halved until
    the act that spoils it is alone (`searching`)."""

    phase: Phase = Phase.LOCKED
    online: bool = True
    unsent: bool = False
    more: bool = False
    saved: bool = False
    renewed: bool = False
    closing_at: float | None = None
    next_at: float | None = None
    failures: int = 0
    strikes: int = 0
    probing: Suspect | None = None
    searching: bool = False
    trouble: Trouble | None = None
    limits: Budget = Budget()
    budget: Budget = Budget()


# -- events: each carries the seconds of a clock that never goes back ------------------------------------------------


@dataclass(frozen=True)
class Opened:
    """The store was unlocked. `unsent`: ops are waiting."""

    now: float
    unsent: bool = False


@dataclass(frozen=True)
class Saved:
    now: float


@dataclass(frozen=True)
class Asked:
    """A person wants it now."""

    now: float


@dataclass(frozen=True)
class Tick:
    """Time has passed; come at or after the WakeAt that was asked for, as often as you like."""

    now: float


@dataclass(frozen=True)
class Route:
    """The computer got a network or lost it."""

    now: float
    online: bool


@dataclass(frozen=True)
class Answered:
    """An exchange ended well. `seconds` is how long it took, `limits` what the server allows."""

    now: float
    unsent: bool
    more: bool
    seconds: float = 0.0
    sent: int = 0
    rows: int = 0
    copying: bool = False
    limits: Budget = Budget()


@dataclass(frozen=True)
class Renewed:
    now: float


@dataclass(frozen=True)
class Postponed:
    """The first act waiting was set aside."""

    now: float


@dataclass(frozen=True)
class Failed:
    """An exchange or a renewal failed. `sent` is what it carried, None for no ops. `chance` in [0, 1) spreads the
    next attempt; `retry_after` in seconds is the server's wish, 0 for none; `error` is for the window to show."""

    now: float
    trouble: Trouble
    chance: float = 0.5
    retry_after: float = 0.0
    error: Exception | None = None
    sent: Suspect | None = None


@dataclass(frozen=True)
class Locking:
    """The store is about to be closed: one push, not longer than CLOSING_SECONDS."""

    now: float


Event = Opened | Saved | Asked | Tick | Route | Answered | Renewed | Postponed | Failed | Locking


# -- effects -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Exchange:
    budget: Budget
    pull: bool = True
    push: bool = True


@dataclass(frozen=True)
class Renew:
    """Renew the tokens."""


@dataclass(frozen=True)
class Postpone:
    """Set the first act waiting aside: the server fails on it alone."""


@dataclass(frozen=True)
class WakeAt:
    at: float


@dataclass(frozen=True)
class Close:
    """Nothing more will be sent: the store may be closed."""


@dataclass(frozen=True)
class Show:
    """What the window may say. `sent` and `rows` are this exchange's."""

    phase: Phase
    trouble: Trouble | None = None
    sent: int = 0
    rows: int = 0
    copying: bool = False
    next_at: float | None = None
    error: Exception | None = None


#: What somebody must carry out and answer with an event.
Work = Exchange | Renew | Postpone
Effect = Work | WakeAt | Close | Show
Step = tuple[State, tuple[Effect, ...]]


def step(state: State, event: Event) -> Step:
    """What `event` means in `state`: the state after it and what is to be done, in order."""
    match event:
        case Opened():
            fresh = State(Phase.WAITING, online=state.online, unsent=event.unsent, limits=state.limits)
            return _wait(fresh, event.now)
        case Saved() if state.phase is Phase.WAITING:
            return _wait_after_save(replace(state, unsent=True), event.now)
        case Saved():
            return replace(state, unsent=True, saved=True), ()
        case Asked() | Tick() if state.phase is Phase.WAITING:
            due = isinstance(event, Asked) or (state.next_at is not None and event.now >= state.next_at)
            return _exchange(state) if due else (state, _sleep(state))
        case Tick() if state.closing_at is not None and event.now >= state.closing_at:
            return _closed(state)
        case Route():
            return _routed(replace(state, online=event.online), event)
        case Answered() if state.phase is Phase.EXCHANGING:
            return _answered(state, event)
        case Renewed() if state.phase is Phase.RENEWING:
            return _exchange(replace(state, renewed=True))
        case Postponed() if state.phase is Phase.EXCHANGING:
            return _exchange(replace(state, strikes=STRIKES - 1))
        case Failed() if state.phase in (Phase.EXCHANGING, Phase.RENEWING):
            return _failed(state, event)
        case Locking():
            return _locking(state, event.now)
    return state, ()


def _sleep(state: State) -> tuple[Effect, ...]:
    return (WakeAt(state.next_at),) if state.next_at is not None else ()


def _wait(state: State, at: float, *shown: Effect) -> Step:
    waiting = replace(state, phase=Phase.WAITING, next_at=at, saved=False, renewed=False)
    return waiting, (*shown, WakeAt(at))


def _wait_after_save(state: State, now: float) -> Step:
    """A save hurries a healthy device; after a failure the waiting goes on as it is."""
    soon = now + SAVE_DELAY
    hurried = state.failures == 0 and state.next_at is not None and soon < state.next_at
    at = soon if hurried or state.next_at is None else state.next_at
    return _wait(state, at)


def _exchange(state: State) -> Step:
    going = replace(state, phase=Phase.EXCHANGING, next_at=None, saved=False)
    push = state.probing is None
    return going, (Show(Phase.EXCHANGING), Exchange(state.budget, pull=state.closing_at is None, push=push))


def _routed(state: State, event: Route) -> Step:
    if state.phase is not Phase.WAITING:
        return state, ()
    if event.online:
        return _wait(replace(state, failures=0), event.now)
    return state, _sleep(state)


def _answered(state: State, event: Answered) -> Step:
    rows = state.budget.rows
    if event.seconds > SLOW_PAGE:
        rows = max(rows // 2, FEWEST_ROWS)
    elif event.seconds < QUICK_PAGE:
        # A server that allows nothing must not be asked in a ring.
        rows = max(min(rows * 2, event.limits.rows), 1)
    budget = Budget(
        max(min(state.budget.ops * 2, event.limits.ops), 1),
        max(min(state.budget.op_bytes * 2, event.limits.op_bytes), 1),
        rows,
    )
    unsent = event.unsent or state.saved
    healthy = replace(state, failures=0, trouble=None, renewed=False)
    done = replace(healthy, unsent=unsent, more=event.more, limits=event.limits, budget=budget)
    show = Show(Phase.WAITING, sent=event.sent, rows=event.rows, copying=event.copying)
    if state.closing_at is not None:
        return _closed(done, show)
    if state.probing is not None:
        return _narrow(replace(done, probing=None), state.probing, show)
    done = replace(done, strikes=0, searching=state.searching and event.unsent)
    if event.unsent or event.more:
        going, effects = _exchange(done)
        return going, (show, *effects)
    return _wait(done, event.now + (SAVE_DELAY if state.saved else EVERY), show)


def _failed(state: State, event: Failed) -> Step:
    if state.closing_at is not None:
        return _closed(replace(state, trouble=event.trouble))
    if event.trouble is Trouble.REVOKED:
        stopped = replace(state, phase=Phase.STOPPED, trouble=event.trouble, next_at=None)
        return stopped, (Show(Phase.STOPPED, event.trouble, error=event.error),)
    if event.trouble is Trouble.TOKEN and state.phase is Phase.EXCHANGING and not state.renewed:
        return replace(state, phase=Phase.RENEWING), (Renew(),)
    if event.trouble is Trouble.SPOILED or (event.trouble is Trouble.TOO_LARGE and _is_alone(event.sent)):
        return _spoiled(state, event)
    if event.trouble is Trouble.TOO_LARGE and state.budget.ops > 1:
        smaller = replace(
            state.budget, ops=max(state.budget.ops // 2, 1), op_bytes=max(state.budget.op_bytes // 2, 1)
        )
        return _exchange(replace(state, budget=smaller))
    return _retry_later(replace(state, probing=None), event)


def _is_alone(sent: Suspect | None) -> bool:
    return sent is not None and sent.acts <= 1


def _spoiled(state: State, event: Failed) -> Step:
    """The server failed on a batch. Twice it is sent again as it is; then an empty exchange tells whether the server
    fails on everything, and if not, the batch is halved until the act that spoils it is alone."""
    if state.probing is not None or event.sent is None:
        return _retry_later(replace(state, probing=None, searching=False), event)
    struck = replace(state, strikes=state.strikes + 1)
    if struck.strikes < STRIKES and not state.searching:
        return _retry_later(struck, event)
    if state.searching and not _is_alone(event.sent):
        return _narrow(struck, event.sent)
    return _exchange(replace(struck, probing=event.sent))


def _narrow(state: State, suspect: Suspect, *shown: Effect) -> Step:
    if suspect.acts <= 1:
        going = replace(state, phase=Phase.EXCHANGING, next_at=None, searching=False)
        return going, (*shown, Postpone())
    smaller = replace(state.budget, ops=max(suspect.ops // 2, 1))
    going, effects = _exchange(replace(state, budget=smaller, searching=True))
    return going, (*shown, *effects)


def _retry_later(state: State, event: Failed) -> Step:
    failures = state.failures + 1
    at = event.now + _pause(failures, event, online=state.online)
    failed = replace(state, failures=failures, trouble=event.trouble, unsent=state.unsent or state.saved)
    return _wait(failed, at, Show(Phase.WAITING, event.trouble, next_at=at, error=event.error))


def _pause(failures: int, event: Failed, *, online: bool) -> float:
    """Full jitter: anywhere between at once and a bound that doubles from 5 s to 60 s; never before the server's
    wish."""
    if event.retry_after > 0:
        return event.retry_after
    most = BACKOFF_MOST if online else NO_ROUTE
    bound = min(most, BACKOFF_FIRST * 2.0 ** min(failures - 1, 10))
    return max(bound * event.chance, 0.2)


def _locking(state: State, now: float) -> Step:
    match state.phase:
        case Phase.LOCKED | Phase.STOPPED:
            return _closed(state)
        case Phase.WAITING if not (state.unsent and state.online):
            return _closed(state)
    closing = replace(state, closing_at=now + CLOSING_SECONDS)
    wake = WakeAt(now + CLOSING_SECONDS)
    if state.phase is Phase.WAITING:
        going, effects = _exchange(closing)
        return going, (*effects, wake)
    return closing, (wake,)


def _closed(state: State, *shown: Effect) -> Step:
    locked = replace(
        state, phase=Phase.LOCKED, next_at=None, closing_at=None, saved=False, renewed=False, probing=None
    )
    return locked, (*shown, Show(Phase.LOCKED, state.trouble), Close())
