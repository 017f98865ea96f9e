"""What is proposed for a need: always alike, with its reasons, and nothing that cannot serve it."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from gridworker.models.lists import TIMES
from gridworker.models.matching import REASONS, Offered, Suggestion, Wanted, reasons_for, suggest

TODAY = "2026-11-20"
ROOT, GRID, MICRO, OTHER = b"r", b"g", b"m", b"o"
LINEAGES = ((), (ROOT,), (GRID, ROOT), (MICRO, GRID, ROOT), (OTHER, ROOT))
CODES = ("parking", "venue", "care_service")

days = st.sampled_from(("", "2026-11-01", TODAY, "2026-11-25", "2027-01-01"))
times = st.frozensets(st.sampled_from(TIMES))
needs = st.lists(
    st.builds(
        Wanted,
        st.binary(min_size=1, max_size=2),
        st.sampled_from(CODES),
        st.sampled_from(LINEAGES),
        times,
        days,
    ),
    unique_by=lambda need: need.id,
    max_size=5,
)
resources = st.lists(
    st.builds(
        Offered,
        st.binary(min_size=1, max_size=2),
        st.frozensets(st.sampled_from(CODES), min_size=1),
        st.sampled_from((None, ROOT, GRID, MICRO, OTHER)),
        times,
        days,
        days,
        st.booleans(),
    ),
    unique_by=lambda resource: resource.id,
    max_size=5,
)


@given(needs, resources, st.randoms())
def test_the_same_lists_in_any_order_give_the_same(
    wanted: list[Wanted], offered: list[Offered], dice: object
) -> None:
    first = suggest(wanted, offered, TODAY)
    dice.shuffle(wanted)  # type: ignore[attr-defined]
    dice.shuffle(offered)  # type: ignore[attr-defined]
    assert suggest(wanted, offered, TODAY) == first


@given(needs, resources)
def test_every_proposal_says_why_and_could_serve(wanted: list[Wanted], offered: list[Offered]) -> None:
    need_of, resource_of = {n.id: n for n in wanted}, {r.id: r for r in offered}
    found = suggest(wanted, offered, TODAY, most=2)
    for one in found:
        need, resource = need_of[one.need_id], resource_of[one.resource_id]
        assert one.reasons[0] == "category" and need.category in resource.serves
        assert list(one.reasons) == sorted(one.reasons, key=REASONS.index)
        assert not need.times or not resource.times or need.times & resource.times
        assert not resource.valid_to or resource.valid_to >= TODAY
        assert not need.wanted_by or resource.valid_from <= need.wanted_by
        assert resource.place is None or not need.lineage or resource.place in need.lineage
        assert ("same_time" in one.reasons) == bool(need.times & resource.times)
    each = [one.need_id for one in found]
    assert all(each.count(need) <= 2 for need in each)
    assert [need for need, _ in itertools.groupby(each)] == list(dict.fromkeys(each))


@given(needs, resources)
def test_nothing_that_fits_is_left_out(wanted: list[Wanted], offered: list[Offered]) -> None:
    found = {(one.need_id, one.resource_id) for one in suggest(wanted, offered, TODAY, most=99)}
    assert found == {(n.id, r.id) for n in wanted for r in offered if reasons_for(n, r, TODAY)}


def test_the_nearer_and_the_earlier_come_first() -> None:
    need = Wanted(b"n", "parking", (MICRO, GRID, ROOT), frozenset(("evening",)), "2026-12-01")
    urgent = Wanted(b"z", "parking", (), frozenset(), "2026-11-21")
    everywhere = Offered(b"a", frozenset(("parking",)), free=True)
    of_the_grid = Offered(b"b", frozenset(("parking",)), GRID)
    here = Offered(b"c", frozenset(("parking",)), MICRO, frozenset(("evening", "weekend")))
    found = suggest((need, urgent), (everywhere, of_the_grid, here), TODAY)
    assert [one.resource_id for one in found if one.need_id == b"n"] == [b"c", b"b", b"a"]
    assert found[0].need_id == b"z"
    assert found[-3] == Suggestion(b"n", b"c", ("category", "same_place", "same_time", "in_days"))
