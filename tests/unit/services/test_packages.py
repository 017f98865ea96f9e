"""Joint submissions: one handling and one feedback for demands of several micro-grids, some of them through referrals;
all or none, and undone as one."""

from __future__ import annotations

import pytest

from gridworker.errors import EventRefused
from gridworker.services import demands, packages, referrals
from gridworker.services.packages import Members
from gridworker.services.undo import undo
from gridworker.store.queries.demand_detail import demand
from gridworker.store.queries.referrals import referrals as inbox
from gridworker.store.store import Store
from tests.community import one
from tests.unit.services.test_demands import form


def root_of(store: Store) -> bytes:
    found = one(store, "SELECT id FROM area_unit WHERE parent_id IS NULL")
    assert isinstance(found, bytes)
    return found


def three(store: Store) -> list[bytes]:
    """One as it was registered, one taken on, one taken on through a referral."""
    made = [demands.register(store, form(store, nth)).demand_id for nth in range(3)]
    demands.accept(store, made[1])
    demands.refer_up(store, made[2], root_of(store), "community", "要社区定")
    referrals.accept(store, inbox(store)[0].id)
    return made


def states(store: Store, made: list[bytes]) -> list[str]:
    return [demand(store, record).row.state for record in made]


def package_state(store: Store, package: bytes) -> object:
    return one(store, "SELECT state FROM demand_package WHERE id = ?", package)


def test_one_handling_and_one_feedback_reach_everybody(alone: Store) -> None:
    made = three(alone)
    package = packages.collect(alone, root_of(alone), "坡道一起改", Members(made)).record
    packages.submit(alone, package)
    packages.handle(alone, package, "三处坡道一起改缓")
    assert states(alone, made) == ["handled"] * 3
    assert {demand(alone, record).values["result_text"] for record in made} == {"三处坡道一起改缓"}
    assert [r.state for r in inbox(alone)] == ["handled"]
    packages.feed_back(alone, package, "三处坡道都改好了", "phone")
    assert states(alone, made) == ["replied"] * 3
    assert {demand(alone, record).log[-1].note for record in made} == {"三处坡道都改好了"}
    assert [r.state for r in inbox(alone, states=("replied",))] == ["replied"]
    assert package_state(alone, package) == "fed_back"


def test_all_or_none(alone: Store) -> None:
    made = three(alone)
    demands.cause(alone, made[1], "withdraw", "登记重了")
    with pytest.raises(EventRefused, match="event_illegal"):
        packages.collect(alone, root_of(alone), "坡道一起改", Members(made))
    assert one(alone, "SELECT count(*) FROM demand_package") == 0
    assert demand(alone, made[0]).values["package_id"] is None
    package = packages.collect(alone, root_of(alone), "坡道一起改", Members(made[:1])).record
    with pytest.raises(Exception, match="stale_transition"):
        packages.handle(alone, package, "没有提交")
    assert (states(alone, made[:1]), package_state(alone, package)) == (["registered"], "collecting")


def test_a_handling_is_undone_with_what_it_did(alone: Store) -> None:
    made = three(alone)
    package = packages.collect(alone, root_of(alone), "坡道一起改", Members(made)).record
    packages.submit(alone, package)
    done = packages.handle(alone, package, "三处坡道一起改缓")
    undo(alone, done.txns[0], "点错了")
    assert states(alone, made) == ["registered", "accepted", "accepted"]  # as each was before
    assert package_state(alone, package) == "submitted"
    assert [r.state for r in inbox(alone)] == ["accepted"]
    done = packages.handle(alone, package, "三处坡道一起改缓")
    told = packages.feed_back(alone, package, "都改好了", "phone")
    undo(alone, told.txns[0], "点错了")
    assert states(alone, made) == ["handled"] * 3
    assert [r.state for r in inbox(alone)] == ["handled"]
