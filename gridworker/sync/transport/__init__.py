"""How one request and its answer travel. A transport knows no messages; it says ServerAway when nothing came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Reply:
    """An answer as it came: the names of `headers` are in lower case, `body` is not inflated."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(Protocol):
    def send(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """POST `body` to `path`. Raises ServerAway when there is no whole answer, PlainHttpRefused."""
        ...

    def close(self) -> None: ...
