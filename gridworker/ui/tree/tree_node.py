"""The plain rows a tree shows. No Qt and no records: whoever fills the tree makes these from its query."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """Somebody who holds a post or linked households at a node."""

    name: str
    post: str


@dataclass(frozen=True)
class TreeNode:
    """One node. Rows come parents first, in the order to be shown.

    `visits_due`, `demands`: counts below the node, 0 is shown blank. `overdue`: something below is late.
    `unsent`: records below it that are only on this computer.
    `in_scope=False`: outside this account's data, only the name is known. `kind` picks the icon, see NODE_ICONS.
    `spelled`: the name in pinyin and initials, for the filter."""

    id: bytes
    parent_id: bytes | None
    kind: str
    name: str
    visits_due: int = 0
    demands: int = 0
    overdue: bool = False
    unsent: int = 0
    in_scope: bool = True
    people: tuple[Person, ...] = ()
    spelled: tuple[str, ...] = ()


NODE_ICONS = {
    "community_party_org": "network",
    "community": "building-2",
    "person": "user-round",
    "linked": "house",
}
"""Only roots and people carry an icon; the level of the others is seen from the indent."""
