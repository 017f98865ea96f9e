"""What goes where in other people's forms, remembered in the profile: the form of next week is known by its labels, not
by its name. Mappings are the JSON of docs/filling.md; nothing here reads them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import msgspec

from gridworker.store.store import Store

_KEY = "form_mappings"
#: As many forms as are remembered, the oldest going first.
MOST = 60
#: So large a part of the labels must be the same.
_ALIKE = 0.6


class _Kept(msgspec.Struct):
    labels: list[str]
    mapping: str


def remember(store: Store, labels: Collection[str], mapping: str) -> None:
    """Keep `mapping` for forms with these labels, in the place of what was kept for such a form."""
    marks = _marks(labels)
    kept = [one for one in _all(store) if _alike(set(one.labels), marks) < _ALIKE]
    kept = [*kept, _Kept(sorted(marks), mapping)][-MOST:]
    store.set_state({_KEY: msgspec.json.encode(kept)})


def remembered(store: Store, labels: Collection[str]) -> str | None:
    """The mapping kept for the form most like this one; None where none is like it."""
    marks = _marks(labels)
    best = max(_all(store), key=lambda one: _alike(set(one.labels), marks), default=None)
    return best.mapping if best and _alike(set(best.labels), marks) >= _ALIKE else None


def _all(store: Store) -> list[_Kept]:
    kept = store.state(_KEY)
    return msgspec.json.decode(kept, type=list[_Kept]) if kept else []


def _marks(labels: Collection[str]) -> set[str]:
    """Labels as short hashes: the profile need not know the words of a form."""
    return {hashlib.sha256(label.encode()).hexdigest()[:10] for label in labels}


def _alike(one: set[str], other: set[str]) -> float:
    both = one | other
    return len(one & other) / len(both) if both else 1.0
