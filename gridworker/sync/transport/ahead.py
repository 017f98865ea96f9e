"""One request that is under way while its sender still works on the answer before it: the next page of a first copy
comes while this one is written. It is taken for the answer of the very same request only, else it is let go."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from threading import Event, Thread

from gridworker.sync.transport import Reply

Asked = tuple[str, bytes, Mapping[str, str]]


class Ahead:
    """A request that a thread of its own sends."""

    def __init__(self, send: Callable[[Asked, Event], Reply], asked: Asked) -> None:
        """`send` is given an event that is set once nobody wants the answer any more."""
        self._asked, self._send = asked, send
        self._unwanted = Event()
        self._found: Reply | Exception | None = None
        self._middle = 0.0
        self._thread = Thread(target=self._run, name="asking ahead", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        begun = time.monotonic()
        try:
            self._found = self._send(self._asked, self._unwanted)
        except Exception as error:  # noqa: BLE001 - raised where the answer is asked for
            self._found = error
        self._middle = (begun + time.monotonic()) / 2

    def is_for(self, asked: Asked) -> bool:
        """True if this is the same request, to the byte."""
        return self._asked == asked

    def reply(self) -> Reply:
        """Wait for the answer. Raises what sending raised."""
        self._thread.join()
        found = self._found
        assert found is not None
        if isinstance(found, Exception):
            raise found
        return replace(found, age=time.monotonic() - self._middle)

    def let_go(self) -> None:
        """Nobody wants the answer any more; it is dropped when it comes."""
        self._unwanted.set()
