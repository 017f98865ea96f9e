"""What the shell shows about an open profile, read in one go away from the window's thread. No Qt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from gridworker.changes import Changes
from gridworker.errors import NotFound
from gridworker.models.days import CHINA
from gridworker.models.roles import ROLES
from gridworker.store.demand_rows import DemandCounts
from gridworker.store.queries import (
    clock,
    deliberation_counts,
    health,
    list_counts,
    notices,
    referrals,
    road,
    tree,
)
from gridworker.store.queries.demands import counts_by_node, counts_by_org
from gridworker.store.queries.notices import Notice
from gridworker.store.queries.spellings import node_spellings
from gridworker.store.rows import Identity, Scope, SyncCounts, TreeKind
from gridworker.store.rows import TreeNode as StoredNode
from gridworker.ui.notice_strip import DELETIONS
from gridworker.ui.shell_state import StatusLine
from gridworker.ui.tree.tree_node import Person, TreeNode
from gridworker.wording import Wording

#: The kind of the node that holds one's own linked households.
LINKED = "linked"


@dataclass(frozen=True)
class DeskFacts:
    """Both trees, the counts of the header, and who works here."""

    org: tuple[TreeNode, ...]
    area: tuple[TreeNode, ...]
    counts: SyncCounts
    identity: Identity
    newest_backup: str
    notices: tuple[Notice, ...] = ()
    demands_overdue: int = 0
    referrals_waiting: int = 0
    needs_unanswered: int = 0
    resolutions_overdue: int = 0


def may(identity: Identity, right: str) -> bool:
    """Whether any of this account's posts has a right somewhere; where exactly is asked when it is used."""
    return any(right in ROLES[code].may for code in identity.role_codes if code in ROLES)


def read(store: Any, wording: Wording) -> DeskFacts:
    """Everything the shell shows, as it is now."""
    spelled = node_spellings(store)
    waiting = counts_by_node(store)
    org, area = tree.both_trees(store)
    there = counts_by_org(org, area, waiting)
    return DeskFacts(
        org=tuple(_node(node, wording, spelled, there.get(node.id)) for node in org),
        area=tuple(_node(node, wording, spelled, waiting.get(node.id)) for node in area),
        demands_overdue=max((one.overdue for one in waiting.values()), default=0),
        referrals_waiting=referrals.waiting(store, {grant.node_id for grant in store.grants()}),
        needs_unanswered=list_counts.unanswered(store) if may(store.identity, "projects") else 0,
        resolutions_overdue=deliberation_counts.rectification(store).overdue,
        counts=road.sync_counts(store),
        identity=store.identity,
        newest_backup=health.newest_backup(store),
        notices=notices_now(store),
    )


def pills(facts: DeskFacts, tabs: Collection[str], wording: Wording) -> tuple[tuple[str, int, str], ...]:
    """What presses, by the tab that says so: its key, how much, and how that is read aloud. Referrals wait at the tab
    of demands, or at their own where there is no other."""
    overdue, waiting = facts.demands_overdue, facts.referrals_waiting
    both = wording("referrals.badge", overdue=overdue, waiting=waiting)
    found = (
        ("demands", overdue + waiting, both if waiting else wording("demands.badge", count=overdue)),
        ("referrals", waiting, wording("referrals.waiting", count=waiting)),
        ("lists", facts.needs_unanswered, wording("lists.badge", count=facts.needs_unanswered)),
        (
            "deliberation",
            facts.resolutions_overdue,
            wording("deliberation.badge", count=facts.resolutions_overdue),
        ),
    )
    return tuple(one for one in found if one[0] in tabs)


def notices_now(store: Any) -> tuple[Notice, ...]:
    """What a person should know about the whole profile, a clock that is off, and that one holds no post any more, or
    not yet. The practice community begins its day anew whenever it is opened: that clock is not the computer's, and
    nobody could set it right."""
    off = 0 if store.known.practice else clock.clock_fact(store).off_minutes
    wrong = (Notice("clock_off", store.clock.milliseconds(), {"minutes": abs(off)}),) if off else ()
    who = store.identity
    idle = (
        (Notice("no_post", store.clock.milliseconds(), {}),)
        if who.last_sync_at and not who.role_codes
        else ()
    )
    return (*notices.notices_of(store), *wrong, *idle)


def settle_notice(store: Any, code: str) -> None:
    """The person has read a notice, or decided what it asks."""
    if code == DELETIONS:
        from gridworker.services.deletions import allow_deletions

        allow_deletions(store)
    else:
        notices.dismiss(store, code)


def scope(store: Any, wording: Wording, kind: str, node_id: bytes) -> Scope:
    """What a node limits every page to; the list of one's own linked households gets its name here."""
    found = tree.scope_of(store, TreeKind(kind), node_id)
    name = wording("shell.tree.linked")
    return found if found.linked_to is None else replace(found, name=name, path=(name,))


def first_scope(store: Any) -> Scope:
    return tree.default_scope(store)


def scope_to_begin_with(store: Any, wording: Wording, kind: str, node_id: bytes | None) -> Scope:
    """The node that was selected last; where there is none any more, our own."""
    if node_id is not None:
        with suppress(NotFound):
            return scope(store, wording, kind, node_id)
    return first_scope(store)


def scope_with(store: Any, unit_id: bytes) -> Scope:
    """The own node if this stairwell belongs to it, else the whole community."""
    own = tree.default_scope(store)
    if unit_id in own.unit_ids:
        return own
    root = next((node for node in tree.area_tree(store) if node.parent_id is None), None)
    return tree.scope_of(store, TreeKind.AREA, root.id) if root else own


def begin_day(store: Any) -> Changes:
    """Carry out what was planned for today; what that changed."""
    from gridworker.services.day import begin_the_day

    return begin_the_day(store)


def _node(
    node: StoredNode,
    wording: Wording,
    spelled: Mapping[bytes, tuple[str, ...]],
    demands: DemandCounts | None = None,
) -> TreeNode:
    name = wording("shell.tree.linked") if node.kind == LINKED else node.name
    name = wording("shell.partial", name=name) if node.partial else name
    posts: dict[str, list[str]] = {}
    for person in node.people:
        posts.setdefault(person.name, []).append(post_word(wording, person.role_code))
    people = tuple(Person(who, wording("shell.post_joint").join(held)) for who, held in posts.items())
    return TreeNode(
        node.id,
        node.parent_id,
        node.kind,
        name,
        visits_due=node.due,
        demands=demands.open if demands else 0,
        overdue=node.late > 0 if demands is None else demands.overdue > 0,
        unsent=node.unsent,
        in_scope=node.in_scope,
        people=people,
        spelled=spelled.get(node.id, ()),
    )


def post_word(wording: Wording, role_code: str) -> str:
    """The name of a post; a role this version does not know shows its code."""
    key = f"shell.post.{role_code}"
    return wording(key) if wording.has(key) else role_code


def moment_words(milliseconds: int) -> str:
    """`11-20 17:42` in China, "" for never."""
    if not milliseconds:
        return ""
    return dt.datetime.fromtimestamp(milliseconds / 1000, CHINA).strftime("%m-%d %H:%M")


def status_line(facts: DeskFacts, shown: Scope | None) -> StatusLine:
    """The facts of the status bar."""
    return StatusLine(
        last_sync=moment_words(facts.identity.last_sync_at),
        scope=" / ".join(shown.path[:3]) if shown else facts.identity.community_name,
        encrypted=True,
        backup=facts.newest_backup,
    )
