"""Links of a record in words: what stands on the buttons that lead to the other ends. No Qt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gridworker.store.queries.ways import Way
from gridworker.wording import Wording

#: Of each kind in the narrow words of the button; the whole name is spoken.
_LONGEST = 12
ICONS = {
    "demand": "ticket", "need": "hand", "resource": "store", "task": "list-checks", "project": "clipboard-pen",
    "issue": "vote", "meeting": "users", "resolution": "list-checks",
}  # fmt: skip


@dataclass(frozen=True)
class LinkShown:
    """One button: what stands on it, what is read aloud, its icon, and the record it leads to."""

    words: str
    spoken: str
    icon: str
    kind: str
    record: bytes


def links_shown(ways: Iterable[Way], wording: Wording) -> tuple[LinkShown, ...]:
    """A button for each way."""
    return tuple(_shown(way, wording) for way in ways)


def _shown(way: Way, wording: Wording) -> LinkShown:
    name = short = way.name
    if way.form:
        form = wording(f"deliberation.kind.{way.form}")
        name, short = (
            wording("deliberation.meeting_of", when=day, kind=form) for day in (way.name, way.name[5:])
        )
    short = short if len(short) <= _LONGEST else f"{short[: _LONGEST - 1]}…"
    state = f"choices.{way.kind}.state.{way.state}"
    said = wording(state) if wording.has(state) else way.state  # a newer version may know others
    kind = wording(f"search.kind.{way.kind}")
    spoken = wording("widgets.link.spoken", kind=kind, name=f"{way.no} {name}".strip(), state=said)
    return LinkShown(
        wording("widgets.link.words", kind=kind, name=short), spoken, ICONS[way.kind], way.kind, way.id
    )
