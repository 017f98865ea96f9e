"""A record as the card below the lists shows it, and the verbs beside it. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gridworker.ui.pages.links import LinkShown


@dataclass(frozen=True)
class Verb:
    """One button: its words, what it does, how it looks and its key."""

    words: str
    do: Callable[[], None]
    kind: str = "plain"
    key: str = ""


@dataclass(frozen=True)
class Told:
    """A record in words: a heading, quiet facts, lines of text, and what it is linked with."""

    title: str
    facts: tuple[str, ...]
    lines: tuple[str, ...]
    links: tuple[LinkShown, ...] = ()
