"""Working on what was referred, in a community that stands alone: the demand moves in the same act, and is undone in
it."""

from __future__ import annotations

import pytest

from gridworker.errors import EventRefused
from gridworker.services import demands, referrals
from gridworker.services.undo import undo
from gridworker.store.queries.demand_detail import demand
from gridworker.store.queries.referrals import referral
from gridworker.store.queries.referrals import referrals as inbox
from gridworker.store.store import Store
from tests.community import one
from tests.unit.services.test_demands import form


def sent(store: Store) -> tuple[bytes, bytes]:
    record = demands.register(store, form(store)).demand_id
    root = one(store, "SELECT id FROM area_unit WHERE parent_id IS NULL")
    assert isinstance(root, bytes)
    demands.refer_up(store, record, root, "street", "要街道定")
    (row,) = inbox(store)
    return record, row.id


def test_a_step_moves_both_and_is_undone_with_both(alone: Store) -> None:
    record, arrived = sent(alone)
    done = referrals.accept(alone, arrived)
    assert (demand(alone, record).row.referral, demand(alone, record).row.state) == ("accepted", "accepted")
    undo(alone, done.txns[0], "点错了")
    row = referral(alone, arrived)
    assert row is not None and row.state == "open"
    assert (demand(alone, record).row.referral, demand(alone, record).row.state) == ("open", "registered")


def test_the_senders_step_is_undone_at_the_demand(alone: Store) -> None:
    record, arrived = sent(alone)
    referrals.accept(alone, arrived, "2026-12-20 10:00")
    done = demands.cause(alone, record, "withdraw", "登记重了")
    row = referral(alone, arrived)
    assert row is not None and (row.state, row.due_at) == ("withdrawn", "2026-12-20 10:00")
    undo(alone, done.txns[0], "点错了")
    row = referral(alone, arrived)
    assert row is not None and row.state == "accepted"
    assert referrals.next_steps(alone, arrived) == ("handle", "return")


def test_what_is_not_possible_is_refused_with_what_is(alone: Store) -> None:
    record, arrived = sent(alone)
    with pytest.raises(EventRefused, match="event_illegal"):
        referrals.reply(alone, arrived, "phone")
    referrals.give_back(alone, arrived, "不归街道")
    assert demand(alone, record).row.referral == "returned"
    assert inbox(alone) == () and [r.returned_why for r in inbox(alone, states=("returned",))] == ["不归街道"]
