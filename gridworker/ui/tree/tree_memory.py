"""What the tree panel remembers between runs. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

ORG: Final = "org"
AREA: Final = "area"
KINDS: Final = (ORG, AREA)


@dataclass(frozen=True)
class TreeMemory:
    """The tree shown, the selected node and the open nodes of each tree."""

    kind: str = ORG
    selected: Mapping[str, bytes] = field(default_factory=dict)
    expanded: Mapping[str, frozenset[bytes]] = field(default_factory=dict)
