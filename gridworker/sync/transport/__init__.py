"""How one request and its answer travel. A transport knows no messages; it says ServerAway when nothing came back."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True)
class Reply:
    """An answer as it came: the names of `headers` are in lower case, `body` is not inflated. `age`: of one that was
    asked for ahead, the seconds since the middle of its exchange."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    age: float = 0.0


class Transport(Protocol):
    def send(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """POST `body` to `path`. Raises ServerAway when there is no whole answer, PlainHttpRefused."""
        ...

    def close(self) -> None: ...


@runtime_checkable
class AsksAhead(Protocol):
    """A transport that can send a request while its caller still works on the answer before it."""

    def send_ahead(self, path: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Begin to POST. `send` with the very same request gives that answer, or raises what came of it; any other
        `send` lets it go, and so does `close`."""
        ...


@runtime_checkable
class LeansOnFolder(Protocol):
    """A transport that reads something out of the profile's folder with every request."""

    def standing_alone(self) -> AbstractContextManager[None]:
        """Inside, nothing is read out of the folder: it may be on its way out."""
        ...
