"""What the window remembers between runs: the tree's state in the profile (node ids are data), its width in the
settings. Writing happens away from the window's thread."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gridworker.ui.tree.tree_memory import ORG, TreeMemory

_KEY = "window.tree"


@dataclass
class DeskMemory:
    """`write(key, value)` keeps a value in the profile, `keep_width(width, folded)` in the settings.
    `lock_after` in minutes."""

    stored: bytes | None
    write: Callable[[str, bytes], None]
    keep_width: Callable[[int, bool], None]
    tree_width: int
    tree_folded: bool
    lock_after: int

    def recall(self) -> TreeMemory:
        """The tree as it was left; anything unreadable counts as never seen."""
        return _recalled(self.stored)

    def remember(self, memory: TreeMemory) -> None:
        """Keep the tree's state in the profile."""
        self.stored = json.dumps(
            {
                "kind": memory.kind,
                "selected": {kind: _text(node) for kind, node in memory.selected.items()},
                "expanded": {kind: sorted(map(_text, nodes)) for kind, nodes in memory.expanded.items()},
            }
        ).encode()
        self.write(_KEY, self.stored)

    def remember_fold(self, width: int, folded: bool) -> None:
        self.keep_width(width, folded)


def _recalled(stored: bytes | None) -> TreeMemory:
    if not stored:
        return TreeMemory()
    try:
        found: dict[str, Any] = json.loads(stored)
        return TreeMemory(
            str(found["kind"]),
            {kind: _id(text) for kind, text in found["selected"].items()},
            {kind: frozenset(map(_id, texts)) for kind, texts in found["expanded"].items()},
        )
    except (ValueError, KeyError, AttributeError, TypeError):
        return TreeMemory()


def selected_in(stored: bytes | None) -> tuple[str, bytes | None]:
    """The tree and node that were selected last, of what `remember` kept."""
    memory = _recalled(stored)
    return memory.kind or ORG, memory.selected.get(memory.kind)


def stored_key() -> str:
    """Where `remember` keeps the tree's state in the profile."""
    return _KEY


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _id(text: str) -> bytes:
    return base64.b64decode(text)
