"""Drafts: on the disk at once, with identity numbers masked, gone with the save they became."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridworker.models.guard import MASK, holds_identity_number
from gridworker.models.ids import new_id
from gridworker.services.visits import log_visit
from gridworker.store.queries.visits import draft_rows
from gridworker.store.store import Store
from tests.community import clock_at, copied, empty_store, form, household_of, one, open_store

NUMBER = "11010519491231002X"


def test_a_draft_survives_without_closing(alone: Store, tmp_path: Path) -> None:
    draft, household = new_id(), household_of(alone)
    alone.drafts.keep(draft, household, {"said": "写到一半", "purpose": ["routine"], "answered": None})
    crashed = open_store(copied(alone.folder, tmp_path / "crashed"))  # as the disk is now, nothing was closed
    assert crashed.drafts.body(draft) == {"said": "写到一半", "purpose": ["routine"], "answered": None}
    assert crashed.drafts.of_target(household) == draft
    (row,) = draft_rows(crashed)
    assert (row.id, row.household_id) == (draft, household)
    assert row.door.count("-") == 2
    crashed.close()


def test_an_identity_number_is_masked_before_it_is_stored(alone: Store) -> None:
    draft = new_id()
    body = {
        "said": f"证 {NUMBER}",
        "list": [NUMBER, {"deep": NUMBER}],
        "phone": "13812345678",
        "n": 5,
        "no": None,
    }
    alone.drafts.keep(draft, None, body)
    assert alone.drafts.body(draft) == {
        "said": f"证 {MASK * 18}", "list": [MASK * 18, {"deep": MASK * 18}], "phone": "13812345678", "n": 5, "no": None,
    }  # fmt: skip
    raw = one(alone, "SELECT body FROM draft WHERE id = ?", draft)
    assert isinstance(raw, bytes)
    assert NUMBER.encode() not in raw


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return empty_store(tmp_path_factory.mktemp("drafts") / "p")


@given(
    st.dictionaries(st.text(max_size=5), st.text(max_size=20) | st.integers(0, 99) | st.none(), max_size=4),
    st.booleans(),
)
def test_any_body_comes_back(blank: Store, body: dict[str, object], with_number: bool) -> None:
    if with_number:
        body["said"] = f"{body.get('said')} {NUMBER}"
    draft = new_id()
    blank.drafts.keep(draft, None, body)
    kept = blank.drafts.body(draft)
    assert kept is not None
    assert kept.keys() == body.keys()
    assert not any(holds_identity_number(value) for value in kept.values() if isinstance(value, str))
    if not with_number:
        assert kept == body
    blank.drafts.drop(draft)
    assert blank.drafts.body(draft) is None


def test_the_newest_draft_of_a_household_and_the_newest_words(alone: Store) -> None:
    household, first, second = household_of(alone), new_id(), new_id()
    alone.drafts.keep(first, household, {"said": "一"})
    alone.use_clock(clock_at(alone.clock.moment().replace(hour=10)))
    alone.drafts.keep(second, household, {"said": "二"})
    assert alone.drafts.of_target(household) == second
    alone.drafts.keep(second, household, {"said": "三"})
    assert alone.drafts.body(second) == {"said": "三"}
    assert [row.id for row in draft_rows(alone)] == [second, first]
    alone.drafts.drop(second)
    assert alone.drafts.of_target(household) == first
    assert alone.drafts.of_target(new_id()) is None
    assert alone.drafts.of_target(household, "other") is None


def test_saving_drops_the_draft_in_the_same_act(alone: Store) -> None:
    draft, household = new_id(), household_of(alone)
    alone.drafts.keep(draft, household, {"said": "x"})
    log_visit(alone, form(household), draft_id=draft)
    assert alone.drafts.body(draft) is None
    assert draft_rows(alone) == ()


def test_drafts_are_never_sent(alone: Store) -> None:
    before = one(alone, "SELECT count(*) FROM outbox")
    alone.drafts.keep(new_id(), household_of(alone), {"said": "x"})
    assert one(alone, "SELECT count(*) FROM outbox") == before
