"""A record as the card below the lists shows it, and the verbs beside it. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gridworker.ui.pages.links import LinkShown


@dataclass(frozen=True)
class Verb:
    """One button: its words, what it does, how it looks and its key. A `wide` one takes the room of two."""

    words: str
    do: Callable[[], None]
    kind: str = "plain"
    key: str = ""
    wide: bool = False


def numbered(verbs: Sequence[Verb]) -> list[Verb]:
    """The verbs with digits, 1 to 9, for those that have no key of their own; quiet ones, such as deleting, are not a
    slip of a finger away."""
    digits = iter("123456789")
    return [
        verb if verb.key or verb.kind == "quiet" else replace(verb, key=next(digits, "")) for verb in verbs
    ]


@dataclass(frozen=True)
class Told:
    """A record in words: a heading, quiet facts, lines of text, and what it is linked with."""

    title: str
    facts: tuple[str, ...]
    lines: tuple[str, ...]
    links: tuple[LinkShown, ...] = ()
