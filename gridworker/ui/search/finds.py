"""The lines of the search list in words: hits of the profile and commands of the window. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gridworker.models.household import OCCUPANCY
from gridworker.models.place import SHOP_STATES
from gridworker.store.rows import DELIBERATED, LISTED, REFERRED, Hit, HitKind, TreeKind
from gridworker.wording import Wording

_ICONS = {
    HitKind.HOUSEHOLD: "house",
    HitKind.RESIDENT: "user-round",
    HitKind.SHOP: "store",
    HitKind.SPOT: "map-pin",
    HitKind.VISIT: "footprints",
    HitKind.DEMAND: "ticket",
    HitKind.NEED: "hand",
    HitKind.RESOURCE: "store",
    HitKind.TASK: "list-checks",
    HitKind.PROJECT: "clipboard-pen",
    HitKind.ISSUE: "vote",
    HitKind.MEETING: "users",
    HitKind.RESOLUTION: "list-checks",
    HitKind.REFERRAL: "inbox",
    HitKind.PACKAGE: "list-checks",
}
_TREE_ICONS = {TreeKind.AREA: "map", TreeKind.ORG: "network"}
_OUTCOMES = ("met", "absent", "declined", "rescheduled", "moved", "draft")


@dataclass(frozen=True)
class Command:
    """An act of the window that can be called by typing. `words`: how it may be typed, in small letters."""

    key: str
    title: str
    icon: str
    words: tuple[str, ...]
    run: Callable[[], None]
    shortcut: str = ""


@dataclass(frozen=True)
class Find:
    """One line: `hit` or `command` is set. `matched` says by what it was found."""

    icon: str
    title: str
    facts: tuple[str, ...]
    matched: str
    spoken: str
    hit: Hit | None = None
    command: Command | None = None


def of_hit(hit: Hit, wording: Wording) -> Find:
    icon = _TREE_ICONS[hit.tree] if hit.tree is not None else _ICONS[hit.kind]
    facts = tuple(fact for fact in (_state(hit, wording), *hit.facts) if fact)
    matched = wording(f"search.match.{hit.match}")
    return Find(
        icon, hit.title, facts, matched, _spoken(wording, hit.kind, hit.title, facts, matched), hit=hit
    )


def _state(hit: Hit, wording: Wording) -> str:
    if hit.kind is HitKind.VISIT:
        if hit.state == "void":
            return wording("visit.void_mark")
        return wording(f"states.outcome.{hit.state}") if hit.state in _OUTCOMES else ""
    if hit.kind is HitKind.HOUSEHOLD and hit.state in OCCUPANCY:
        return wording(f"households.occupancy.{hit.state}")
    if hit.kind is HitKind.DEMAND or hit.kind in (*LISTED, *DELIBERATED, *REFERRED):
        key = f"choices.{hit.kind}.state.{hit.state}"  # a newer version may know others
        return wording(key) if wording.has(key) else wording("choices.other", code=hit.state)
    if hit.kind is HitKind.SHOP and hit.state in SHOP_STATES:
        return wording(f"places.status.{hit.state}")
    return wording(f"search.tree.{hit.tree}") if hit.tree is not None else ""


def of_command(command: Command, wording: Wording) -> Find:
    matched = wording("search.match.command")
    facts = (command.shortcut,) if command.shortcut else ()
    return Find(
        command.icon,
        command.title,
        facts,
        matched,
        _spoken(wording, "command", command.title, facts, ""),
        command=command,
    )


def _spoken(wording: Wording, kind: str, title: str, facts: Sequence[str], matched: str) -> str:
    parts = [wording(f"search.kind.{kind}"), title, *facts, *([matched] if matched else [])]
    return wording("search.joint").join(parts)


def commands_for(commands: Sequence[Command], text: str) -> tuple[Command, ...]:
    """Those whose title holds `text` or that may be typed so; all of them for ""."""
    plain = "".join(text.casefold().split())
    return tuple(
        command
        for command in commands
        if plain in "".join(command.title.casefold().split())
        or any(word.startswith(plain) for word in command.words)
    )
