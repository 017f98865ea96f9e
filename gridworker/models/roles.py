"""Who may see and do what, as one table (docs/roles.md is printed from it). Services, pages and the server ask
here; nothing else knows a role by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from gridworker.models.entity import BucketClass
from gridworker.models.export import ACCOUNT_FOR

CASE, CARE = BucketClass.CASE, BucketClass.CARE
COMMON, OFFICE, STREET = BucketClass.COMMON, BucketClass.OFFICE, BucketClass.STREET

#: The right to correct a visit of somebody else or to declare it void.
CORRECT = "correct"
#: Events of a demand, by the roles that may cause them (services for demands read this).
FRONT_LINE = frozenset(
    "register note contacted accept handle reply return refer_up withdraw".split(),
)
GRID_LEVEL = frozenset("not_accept assign transfer extend merge route reopen".split())
#: What leads on from a demand, and several demands together: decided where demands are assigned.
LINKING = frozenset("to_issue to_project feed_back join_package leave_package".split())
#: Whoever caused the last event may take it back.
OWN_STEP = frozenset(("take_back",))
CLOSING = frozenset("revisit close".split())
THROUGH_REFERRAL = frozenset("accept handle reply return".split())
#: What was referred may be put into a joint submission by whoever may do so with demands of their own.
PACKAGING = frozenset("join_package leave_package".split())
#: Whoever takes something out says so.
_EVERYBODY = frozenset((ACCOUNT_FOR,))
_FIELD_WORK = frozenset("visit plan edit resolve demand close_week".split())


@dataclass(frozen=True)
class Role:
    """`level` is the kind of node an appointment stands on, `buckets` the classes seen there, `may` the rights.

    `below` says whether the case buckets of the nodes under it are seen too."""

    code: str
    level: str
    buckets: frozenset[BucketClass]
    may: frozenset[str]
    demand_events: frozenset[str] = frozenset()
    below: bool = False


def _role(
    code: str,
    level: str,
    buckets: Iterable[BucketClass],
    may: Iterable[str] = (),
    demand_events: Iterable[str] = (),
    *,
    below: bool = False,
) -> Role:
    return Role(code, level, frozenset(buckets), frozenset(may) | _EVERYBODY, frozenset(demand_events), below)


_GRID_RIGHTS = _FIELD_WORK | {CORRECT, "import", "zero_report", "issues", "meetings"}
_COMMITTEE_RIGHTS = _GRID_RIGHTS | {"projects", "screening", "reports", "catalogues", "claims"}
_SECRETARY_RIGHTS = _COMMITTEE_RIGHTS | {
    "tree",
    "posts",
    "freeze",
    "unmask",
    "rights",
    "hand_over",
    "held",
    "fleet",
}
_STEWARD_EVENTS = FRONT_LINE | CLOSING | OWN_STEP
_ALL_EVENTS = _STEWARD_EVENTS | GRID_LEVEL | LINKING

ROLES: Mapping[str, Role] = MappingProxyType(
    {
        role.code: role
        for role in (
            _role(
                "micro_grid_leader",
                "micro_grid",
                (CASE, CARE, COMMON),
                _FIELD_WORK,
                _STEWARD_EVENTS,
                below=True,
            ),
            _role("grid_leader", "grid", (CASE, CARE, COMMON), _GRID_RIGHTS, _ALL_EVENTS, below=True),
            _role(
                "full_time_grid_worker",
                "grid",
                (CASE, CARE, COMMON),
                _GRID_RIGHTS,
                _ALL_EVENTS,
                below=True,
            ),
            _role("red_steward", "estate", (CASE, COMMON), ("issues", "meetings"), THROUGH_REFERRAL),
            _role(
                "committee_member",
                "community",
                (CASE, COMMON, OFFICE, STREET),
                _COMMITTEE_RIGHTS,
                _ALL_EVENTS,
                below=True,
            ),
            _role(
                "community_secretary",
                "community",
                (CASE, COMMON, OFFICE, STREET),
                _SECRETARY_RIGHTS,
                _ALL_EVENTS,
                below=True,
            ),
            _role(
                "street_operator",
                "community",
                (COMMON, STREET),
                ("devices", "invitations"),
                THROUGH_REFERRAL,
            ),
            _role("council_chair", "community", (COMMON,), ("meetings", "claims", "stations")),
            _role("council_member", "community", (COMMON,), ("meetings", "claims", "stations")),
            _role("part_time_member", "community", (COMMON,), ("meetings", "claims")),
            _role("liaison", "community", (COMMON,), ("meetings", "claims")),
            _role("legal_expert", "community", (COMMON,), ("meetings", "claims")),
            _role("social_worker", "community", (COMMON,), ("meetings", "claims", "stations")),
            _role("secretary_general", "community", (COMMON,), ("meetings", "claims", "stations")),
            _role("viewer", "community", (COMMON,)),
        )
    }
)

#: The order in which posts are listed, by what they answer for; it ranks nobody's work.
_BY_SENIORITY = (
    "community_secretary",
    "committee_member",
    "red_steward",
    "full_time_grid_worker",
    "grid_leader",
    "micro_grid_leader",
    "council_chair",
    "secretary_general",
    "council_member",
    "part_time_member",
)
SENIORITY: Mapping[str, int] = MappingProxyType({code: place for place, code in enumerate(_BY_SENIORITY)})


#: The pages of somebody who holds no other post than these; for everybody else all pages stand open.
FIELD_PAGES = ("today", "households", "visits", "demands", "sync")
#: Whoever works at the street sees no residents: what was referred there, and what is common knowledge.
STREET_PAGES = ("referrals", "lists", "deliberation", "sync")
PAGES_OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"micro_grid_leader": FIELD_PAGES, "street_operator": STREET_PAGES}
)


def pages_of(role_codes: Iterable[str]) -> tuple[str, ...] | None:
    """The pages for the holder of these posts, or None for all: the widest post decides."""
    codes = tuple(role_codes)
    if not codes or any(code not in PAGES_OF for code in codes):
        return None
    return tuple(dict.fromkeys(page for code in codes for page in PAGES_OF[code]))


@dataclass(frozen=True)
class Grant:
    """One appointment in force: a role on a node of the area tree."""

    role: Role
    node_id: bytes


@dataclass(frozen=True)
class AreaTree:
    """Parent links of the area nodes; answers who lies above and below whom."""

    parents: Mapping[bytes, bytes | None]

    def lineage(self, node_id: bytes) -> tuple[bytes, ...]:
        """The node and everything above it, nearest first; a broken or circular chain ends where it breaks."""
        known = self._lineages.get(node_id)
        if known is None:
            found: list[bytes] = []
            current: bytes | None = node_id
            while current is not None and current in self.parents and current not in found:
                found.append(current)
                current = self.parents[current]
            known = self._lineages[node_id] = tuple(found)
        return known

    @cached_property
    def _lineages(self) -> dict[bytes, tuple[bytes, ...]]:
        """What was asked before: every op of a batch asks for one of a few nodes."""
        return {}

    def below(self, node_id: bytes) -> frozenset[bytes]:
        """The node and everything below it."""
        found: set[bytes] = set()
        waiting = [node_id] if node_id in self.parents else []
        while waiting:
            node = waiting.pop()
            if node not in found:
                found.add(node)
                waiting += self._children.get(node, ())
        return frozenset(found)

    @cached_property
    def _children(self) -> Mapping[bytes, list[bytes]]:
        found: dict[bytes, list[bytes]] = {}
        for node, parent in self.parents.items():
            if parent is not None:
                found.setdefault(parent, []).append(node)
        return found

    @cached_property
    def root(self) -> bytes | None:
        """The community: the one node without a parent."""
        return next((node for node, parent in self.parents.items() if parent is None), None)


def may(
    grants: Iterable[Grant], right: str, node_id: bytes, bucket_class: BucketClass, tree: AreaTree
) -> bool:
    """True if one of `grants` gives `right` over the bucket (`node_id`, `bucket_class`); never over one its holder
    does not see (`visible_buckets`)."""
    above = tree.lineage(node_id)
    for grant in grants:
        role = grant.role
        if right in role.may and bucket_class in role.buckets:
            there = above if _reaches_down(role, bucket_class) else (node_id,)
            if grant.node_id in there:
                return True
    return False


def events_of(
    grants: Iterable[Grant], node_id: bytes, bucket_class: BucketClass, tree: AreaTree
) -> tuple[frozenset[str], frozenset[str]]:
    """The events of a demand in the bucket (`node_id`, `bucket_class`) that the holder of `grants` may cause directly,
    and the posts that allow it. What may be done through a referral alone is not among them."""
    above = tree.lineage(node_id)
    found = [
        grant.role
        for grant in grants
        if "demand" in grant.role.may
        and bucket_class in grant.role.buckets
        and (grant.node_id in above if _reaches_down(grant.role, bucket_class) else grant.node_id == node_id)
    ]
    events = frozenset[str]().union(*(role.demand_events for role in found))
    return events, frozenset(role.code for role in found)


def events_through_referral(
    grants: Iterable[Grant], node_id: bytes, bucket_class: BucketClass, tree: AreaTree
) -> frozenset[str]:
    """The steps that the holder of `grants` may take with what was referred to the unit `node_id`."""
    above = tree.lineage(node_id)
    found = frozenset[str]().union(
        *(
            grant.role.demand_events & (THROUGH_REFERRAL | PACKAGING)
            for grant in grants
            if bucket_class in grant.role.buckets
            and (
                grant.node_id in above
                if _reaches_down(grant.role, bucket_class)
                else grant.node_id == node_id
            )
        )
    )
    return found | OWN_STEP if found else found


def _reaches_down(role: Role, bucket_class: BucketClass) -> bool:
    return bucket_class is COMMON or (bucket_class in (CASE, CARE) and role.below)


def visible_buckets(grants: Iterable[Grant], tree: AreaTree) -> frozenset[tuple[bytes, BucketClass]]:
    """Every bucket the holder of `grants` may see: the definition of scope (docs/sync-protocol.md)."""
    found: set[tuple[bytes, BucketClass]] = set()
    for grant in grants:
        under = tree.below(grant.node_id)
        for node in under | set(tree.lineage(grant.node_id)):
            found.add((node, COMMON))
        for held in (CASE, CARE):
            if held in grant.role.buckets:
                found.update((node, held) for node in (under if grant.role.below else {grant.node_id}))
        found.update((grant.node_id, held) for held in (OFFICE, STREET) if held in grant.role.buckets)
    return frozenset(found)
