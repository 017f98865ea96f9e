"""Carrying out effects: whatever happens becomes an event, so that the next attempt is always set."""

from __future__ import annotations

from typing import Any

import pytest

from gridworker.errors import (
    DeviceRevoked,
    DiskFull,
    OnlyAuthority,
    PracticeMix,
    ServerAnswerUnreadable,
    ServerAway,
)
from gridworker.store import wiping
from gridworker.sync.answers import RequestTooLarge, ServerBusy, TokenRefused
from gridworker.sync.client import Client
from gridworker.sync.engine import Budget, Exchange, Failed, Renew, Renewed, Trouble
from gridworker.sync.session import Session


class Broken:
    """A client whose every attempt fails with `error`."""

    sending = None
    store = None

    def __init__(self, error: Exception) -> None:
        self.error = error

    def exchange(self, *_: Any, **__: Any) -> None:
        raise self.error

    def renew(self) -> None:
        raise self.error


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (ServerAway(url="x"), Trouble.AWAY),
        (ServerAnswerUnreadable(), Trouble.AWAY),
        (TokenRefused(), Trouble.TOKEN),
        (RequestTooLarge(), Trouble.TOO_LARGE),
        (DeviceRevoked(), Trouble.REVOKED),
        (PracticeMix(), Trouble.REVOKED),
        (DiskFull(path="x"), Trouble.OTHER),
        (ZeroDivisionError(), Trouble.OTHER),
    ],
)
@pytest.mark.parametrize("effect", [Exchange(Budget()), Renew()])
def test_every_error_becomes_a_trouble(error: Exception, trouble: Trouble, effect: Exchange | Renew) -> None:
    broken: Any = Broken(error)
    event = Session(broken, monotonic=lambda: 7.0, chance=lambda: 0.25).perform(effect)
    assert event == Failed(7.0, trouble, 0.25, 0.0, error)


def test_the_servers_wish_travels_with_the_event() -> None:
    broken: Any = Broken(ServerBusy(30.0))
    event = Session(broken).perform(Exchange(Budget()))
    assert isinstance(event, Failed)
    assert (event.trouble, event.retry_after) == (Trouble.BUSY, 30.0)


def test_a_refusal_that_cannot_be_noted_is_a_trouble_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise DiskFull(path="x")

    monkeypatch.setattr(wiping, "note_stopped", full)
    broken: Any = Broken(DeviceRevoked(code="device_revoked"))
    event = Session(broken).perform(Exchange(Budget()))
    assert isinstance(event, Failed)
    assert event.trouble is Trouble.REVOKED


def test_renewing_well_is_an_event_too() -> None:
    class Well:
        def renew(self) -> None: ...

    well: Any = Well()
    assert Session(well, monotonic=lambda: 3.0).perform(Renew()) == Renewed(3.0)


def test_a_community_alone_has_nothing_to_sync_with() -> None:
    class Alone:
        class known:  # noqa: N801 - stands for an attribute
            authority = "self"

    alone: Any = Alone()
    with pytest.raises(OnlyAuthority):
        Client(alone, alone)
