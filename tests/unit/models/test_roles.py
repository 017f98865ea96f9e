"""Who may see and do what: the role table against the design's, and visibility against an independent oracle."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gridworker.models.entity import BucketClass
from gridworker.models.roles import (
    CLOSING,
    FRONT_LINE,
    GRID_LEVEL,
    LINKING,
    OWN_STEP,
    PACKAGING,
    ROLES,
    THROUGH_REFERRAL,
    AreaTree,
    Grant,
    events_through_referral,
    may,
    visible_buckets,
)

CASE, CARE = BucketClass.CASE, BucketClass.CARE
COMMON, OFFICE, STREET = BucketClass.COMMON, BucketClass.OFFICE, BucketClass.STREET
FIELD = {"visit", "plan", "edit", "resolve", "demand", "close_week"}
GRID = FIELD | {"correct", "import", "zero_report", "issues", "meetings"}
OFFICE_WORK = GRID | {"projects", "screening", "reports", "catalogues", "claims"}
SECRETARY = OFFICE_WORK | {"tree", "posts", "freeze", "unmask", "rights", "hand_over", "held", "fleet"}
ALL = FRONT_LINE | GRID_LEVEL | CLOSING | LINKING | OWN_STEP
#: code → (level, classes, cases below too, rights, events of a demand)
TABLE = {
    "micro_grid_leader": ("micro_grid", {CASE, CARE, COMMON}, True, FIELD, FRONT_LINE | CLOSING | OWN_STEP),
    "grid_leader": ("grid", {CASE, CARE, COMMON}, True, GRID, ALL),
    "full_time_grid_worker": ("grid", {CASE, CARE, COMMON}, True, GRID, ALL),
    "red_steward": ("estate", {CASE, COMMON}, False, {"issues", "meetings"}, THROUGH_REFERRAL),
    "committee_member": ("community", {CASE, COMMON, OFFICE, STREET}, True, OFFICE_WORK, ALL),
    "community_secretary": ("community", {CASE, COMMON, OFFICE, STREET}, True, SECRETARY, ALL),
    "street_operator": ("community", {COMMON, STREET}, False, {"devices", "invitations"}, THROUGH_REFERRAL),
    "viewer": ("community", {COMMON}, False, set(), set()),
}
OWN_RECORDS = {
    "council_chair", "council_member", "part_time_member", "liaison", "legal_expert", "social_worker",
    "secretary_general",
}  # fmt: skip


def test_the_table_is_the_designs() -> None:
    assert set(ROLES) == set(TABLE) | OWN_RECORDS
    for code, (level, classes, below, rights, events) in TABLE.items():
        role = ROLES[code]
        assert (role.code, role.level, role.below) == (code, level, below)
        assert role.buckets == classes
        assert role.may == rights | {"account_for"}  # whoever takes something out says so
        assert role.demand_events == events


def test_people_with_their_own_records_see_no_resident() -> None:
    for code in OWN_RECORDS:
        role = ROLES[code]
        assert role.buckets == {COMMON}
        assert "meetings" in role.may
        assert not role.may & (SECRETARY - {"meetings", "claims"})
        assert not role.demand_events


def test_only_the_secretary_changes_tree_and_posts() -> None:
    for right in ("tree", "posts", "unmask", "held"):
        assert {code for code, role in ROLES.items() if right in role.may} == {"community_secretary"}


def test_demand_events_are_the_designs() -> None:
    assert set(FRONT_LINE) == set(
        "register note contacted accept handle reply return refer_up withdraw".split()
    )
    assert set(GRID_LEVEL) == set("not_accept assign transfer extend merge route reopen".split())
    assert set(CLOSING) == {"revisit", "close"}
    assert set(THROUGH_REFERRAL) == {"accept", "handle", "reply", "return"}


def test_what_was_referred_is_worked_on_by_whom_the_table_names() -> None:
    """Every role × class of the bucket in which a referral may lie × step, at the very node."""
    tree = AreaTree({b"here": None})
    for code, role in ROLES.items():
        for bucket in (CASE, STREET):
            got = events_through_referral([Grant(role, b"here")], b"here", bucket, tree)
            events = TABLE[code][4] if code in TABLE else set()
            wanted = events & (THROUGH_REFERRAL | PACKAGING) if bucket in role.buckets else set()
            assert got == (wanted | OWN_STEP if wanted else set()), (code, bucket)
    street = ROLES["street_operator"]
    assert not events_through_referral([Grant(street, b"here")], b"here", CASE, tree)
    assert not events_through_referral([Grant(street, b"here")], b"here", STREET, tree) & PACKAGING


@st.composite
def trees(draw: st.DrawFn) -> AreaTree:
    """A community with up to a dozen nodes at any depth."""
    size = draw(st.integers(1, 12))
    parents: dict[bytes, bytes | None] = {b"n0": None}
    for number in range(1, size):
        parents[b"n%d" % number] = b"n%d" % draw(st.integers(0, number - 1))
    return AreaTree(parents)


@st.composite
def standings(draw: st.DrawFn) -> tuple[AreaTree, list[Grant]]:
    tree = draw(trees())
    nodes = sorted(tree.parents)
    grant = st.builds(Grant, st.sampled_from(list(ROLES.values())), st.sampled_from(nodes))
    return tree, draw(st.lists(grant, max_size=4))


def is_above(tree: AreaTree, upper: bytes, lower: bytes | None) -> bool:
    while lower is not None:
        if lower == upper:
            return True
        lower = tree.parents[lower]
    return False


def oracle(tree: AreaTree, grants: list[Grant], node: bytes, bucket: BucketClass) -> bool:
    """The sentence of the design, bucket by bucket: common is seen by everyone assigned at, above or below; case at
    the very node of the appointment and below only with the role's `case`; office by the office of the node, and what
    was asked of the street by the street and that office."""
    for grant in grants:
        at_or_below = is_above(tree, grant.node_id, node)
        if bucket is COMMON and (at_or_below or is_above(tree, node, grant.node_id)):
            return True
        reached = node == grant.node_id or (
            grant.role.code in TABLE and TABLE[grant.role.code][2] and at_or_below
        )
        if bucket in (CASE, CARE) and bucket in grant.role.buckets and reached:
            return True
        if bucket in (OFFICE, STREET) and bucket in grant.role.buckets and node == grant.node_id:
            return True
    return False


@given(standings())
def test_visible_is_what_the_design_says(standing: tuple[AreaTree, list[Grant]]) -> None:
    tree, grants = standing
    expected = {(n, c) for n in tree.parents for c in BucketClass if oracle(tree, grants, n, c)}
    assert visible_buckets(grants, tree) == expected


@given(standings(), st.sampled_from(sorted(SECRETARY | {"issues", "meetings", "devices"})))
def test_nobody_may_do_what_he_cannot_see(standing: tuple[AreaTree, list[Grant]], right: str) -> None:
    tree, grants = standing
    seen = visible_buckets(grants, tree)
    for node in tree.parents:
        for bucket in BucketClass:
            if may(grants, right, node, bucket, tree):
                assert (node, bucket) in seen
                assert any(right in grant.role.may for grant in grants)


@given(standings())
def test_a_right_reaches_down_and_never_sideways(standing: tuple[AreaTree, list[Grant]]) -> None:
    tree, grants = standing
    for node in tree.parents:
        expected = any("visit" in g.role.may and is_above(tree, g.node_id, node) for g in grants)
        assert may(grants, "visit", node, CASE, tree) is expected


def test_a_broken_tree_gives_nothing_and_ends() -> None:
    circle = AreaTree({b"a": b"b", b"b": b"a"})
    assert circle.lineage(b"a") == (b"a", b"b")
    assert circle.root is None
    assert circle.lineage(b"elsewhere") == ()
    orphan = AreaTree({b"a": b"gone"})
    assert orphan.lineage(b"a") == (b"a",)
    grants = [Grant(ROLES["micro_grid_leader"], b"elsewhere")]
    assert visible_buckets(grants, orphan) == frozenset()
    assert not may(grants, "visit", b"a", CASE, orphan)
    assert visible_buckets([], orphan) == frozenset()
