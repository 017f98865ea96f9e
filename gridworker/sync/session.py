"""Carries out what the engine decided, one effect at a time, and brings the event that follows. The window calls
`perform` away from its own thread; the command line calls `sync_now`."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from gridworker.changes import Changes
from gridworker.errors import DeviceRevoked, GridworkerError, PracticeMix, ServerAnswerUnreadable, ServerAway
from gridworker.sync import stopping
from gridworker.sync.answers import RequestSpoiled, RequestTooLarge, ServerBusy, TokenRefused
from gridworker.sync.client import Client, Exchanged
from gridworker.sync.engine import (
    Answered,
    Asked,
    Budget,
    Event,
    Exchange,
    Failed,
    Opened,
    Postpone,
    Postponed,
    Renew,
    Renewed,
    State,
    Trouble,
    Work,
    step,
)

_TROUBLES: tuple[tuple[tuple[type[Exception], ...], Trouble], ...] = (
    ((ServerAway, ServerAnswerUnreadable), Trouble.AWAY),
    ((ServerBusy,), Trouble.BUSY),
    ((TokenRefused,), Trouble.TOKEN),
    ((RequestTooLarge,), Trouble.TOO_LARGE),
    ((DeviceRevoked, PracticeMix), Trouble.REVOKED),
    ((RequestSpoiled,), Trouble.SPOILED),
)


@dataclass(frozen=True)
class Account:
    """What a whole sync did: ops sent and how they ended, rows received, exchanges tried."""

    requests: int = 0
    sent: int = 0
    conflicts: int = 0
    rejected: int = 0
    held: int = 0
    rows: int = 0
    changes: tuple[Changes, ...] = ()


class Session:
    """Performs the engine's effects with one client."""

    def __init__(
        self,
        client: Client,
        monotonic: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.client, self.monotonic, self._chance = client, monotonic, chance
        self.last: Exchanged | None = None

    def perform(self, effect: Work) -> Event:
        """Do `effect` and return what came of it: never raises, the error is in the event."""
        self.last = None
        try:
            match effect:
                case Renew():
                    return self._renew()
                case Postpone():
                    self.client.postpone()
                    return Postponed(self.monotonic())
            return self._exchange(effect)
        except Exception as error:  # noqa: BLE001 - an attempt that fails must always set the next one
            with contextlib.suppress(GridworkerError):  # the server will say it again
                stopping.note_refusal(self.client.store, error)
            wish = error.retry_after if isinstance(error, ServerBusy) else 0.0
            sent = self.client.sending if isinstance(effect, Exchange) else None
            return Failed(self.monotonic(), _trouble(error), self._chance(), wish, error, sent)

    def _renew(self) -> Event:
        self.client.renew()
        return Renewed(self.monotonic())

    def _exchange(self, effect: Exchange) -> Event:
        begun = self.monotonic()
        budget = effect.budget
        done = self.client.exchange(
            budget.ops, budget.op_bytes, budget.rows, pull=effect.pull, push=effect.push
        )
        self.last = done
        now = self.monotonic()
        limits = Budget(done.limits.ops, done.limits.up_bytes, done.limits.rows)
        return Answered(now, done.unsent, done.more, now - begun, done.sent, done.rows, done.copying, limits)


def _trouble(error: Exception) -> Trouble:
    return next((trouble for kinds, trouble in _TROUBLES if isinstance(error, kinds)), Trouble.OTHER)


def sync_now(client: Client, *, on_exchange: Callable[[Exchanged], None] | None = None) -> Account:
    """Exchange until nothing is left to send or to fetch. `on_exchange` is told of each one.

    Raises the error of the first attempt that fails for good."""
    session, account = Session(client), Account()
    state, _ = step(State(), Opened(session.monotonic()))
    state, effects = step(state, Asked(session.monotonic()))
    while work := next((e for e in effects if isinstance(e, Work)), None):
        event = session.perform(work)
        account = _added(account, session.last, counted=isinstance(work, Exchange))
        if session.last and on_exchange:
            on_exchange(session.last)
        state, effects = step(state, event)
        ended = not any(isinstance(e, Work) for e in effects)
        if isinstance(event, Failed) and ended:
            raise event.error or ServerAway(url="")
    return account


def _added(account: Account, done: Exchanged | None, *, counted: bool) -> Account:
    asked = replace(account, requests=account.requests + int(counted))
    if done is None:
        return asked
    return replace(
        asked,
        sent=account.sent + done.sent,
        conflicts=account.conflicts + done.conflicts,
        rejected=account.rejected + done.rejected,
        held=account.held + done.held,
        rows=account.rows + done.rows,
        changes=(*account.changes, done.changes),
    )
