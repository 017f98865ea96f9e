"""What networks do to a schedule's village: the exchange as it should go, and with answers lost, doubled and late."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from gridworker.errors import ServerAway
from gridworker.server import push
from tests.sync.differing import same
from tests.sync.schedule import POISON, Saving
from tests.sync.versions import speaking


class Crash(Exception):
    """The process ends here."""


@contextlib.contextmanager
def fails(expected: type[BaseException]) -> Iterator[None]:
    """The block must end with `expected`."""
    try:
        yield
    except expected:
        return
    raise AssertionError(f"no {expected.__name__}")


def judge_or_fail(connection: Any, context: Any, groups: Any) -> Any:
    if any(item.op and str(item.op.set.get("said")).startswith(POISON) for group in groups for item in group):
        raise RuntimeError("poison")
    return _JUDGE(connection, context, groups)


_JUDGE = push._judge_together


class Networks(Saving):
    """Exchanges of one device each."""

    @contextlib.contextmanager
    def server(self) -> Iterator[None]:
        with patch.object(push, "_judge_together", judge_or_fail if self.poisoned else _JUDGE):
            yield

    def talk(self, login: str, *, pull: bool = True) -> None:
        """One exchange. What was saved arrives with it, and afterwards nothing is here that its person may not see."""
        with self.server(), speaking(self.versions[login]):
            done = self.desks[login].client.exchange(2000, 10**6, 5000, pull=pull)
        self.note("->", done.sent, done.conflicts, done.rejected, done.held, done.rows, done.more)
        if not self.was_put_back:
            left = [act for act in self.oracle.waiting(login) if not (self.poisoned and act.kind == "poison")]
            same(left, [], login, "left behind")
        if pull and not done.more and not self.oracle.collecting and self.is_served(login):
            strange = self.desks[login].holds("household") - self.picture.homes(login)
            same(strange, set(), login, "out of sight, and here")  # G4

    def pull(self, login: str, *_: int) -> None:
        self.talk(login)
        self.count("pull", login)

    def push(self, login: str, *_: int) -> None:
        self.talk(login, pull=False)
        self.count("push", login)

    def lose_answer(self, login: str, *_: int) -> None:
        self.desks[login].wire.lose_next = lambda: ServerAway(url="test")
        with fails(ServerAway):
            self.talk(login)
        self.count("lose_answer", login)

    def duplicate_answer(self, login: str, *_: int) -> None:
        """The network delivers the request twice, and the second answer is the one that is heard."""
        inner: Any = self.desks[login].wire.inner
        inner.twice = True
        self.talk(login)
        self.count("duplicate_answer", login)

    def deliver_again(self, login: str, *_: int) -> None:
        """An old request comes once more; nobody hears the answer."""
        if not self.desks[login].wire.requests:
            return
        with self.server():
            status = self.desks[login].wire.again().status
        expected = {200, 401, 403}
        if not self.is_served(login):
            expected.add(426)
        if self.was_put_back:
            expected.add(400)  # the server has forgotten what came before it
        assert status in expected, status
        self.count("deliver_again", login)
