"""A device that has not heard from its server for the length of the lease, or that was restored from a copy, shows
nobody's rows but what its own person has not sent yet; the next exchange brings everything back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from gridworker.models.days import Clock
from gridworker.models.ids import new_id
from gridworker.store import lease, sight
from gridworker.store.lease import DAY_MS, Lease, Mark, server_now
from gridworker.store.queries import find, households, road, visits
from gridworker.store.queries.history import household_history, own_acts
from gridworker.store.queries.notices import notices_of
from gridworker.store.queries.tree import area_tree, default_scope
from gridworker.store.sight import COPY, SEALED, Sight, covered
from gridworker.store.store import Store
from tests.contract.rig import PASSPHRASE, Desk, Rig
from tests.contract.village import change, home, named, visit


class Running:
    """The uptime of an invented computer."""

    def __init__(self) -> None:
        self.run, self.up = "first", 1_000

    def __call__(self) -> tuple[str, int]:
        return self.run, self.up


@pytest.fixture
def steward(make_rig: Callable[..., Rig]) -> tuple[Rig, Desk, Running]:
    """A real-looking desk (the village is a practice one, which has no lease) that has copied everything."""
    rig = make_rig()
    desk, up = rig.desk("steward_a1"), Running()
    desk.store.sight = Sight(desk.store.known, up)
    desk.store.sight._joined = True
    desk.sync()
    desk.save(visit(home("a1", 1), "abgeschickt"))
    desk.sync()
    return rig, desk, up


def everything(desk: Desk) -> set[str]:
    """The entities of which a question finds any row."""
    return {entity.name for entity in covered() if desk.rows(f"SELECT id FROM {entity.name}")}


def test_the_lease_ends_and_the_next_exchange_brings_all_back(steward: tuple[Rig, Desk, Running]) -> None:
    _, desk, up = steward
    held = desk.store.sight.lease(desk.store.clock)
    assert held is not None
    assert (held.days_left, held.warning, held.out) == (30, None, False)
    assert everything(desk) == {"household", "resident", "visit"}
    assert notices_of(desk.store) == ()
    up.up += 27 * DAY_MS
    assert [(n.code, n.values) for n in notices_of(desk.store)] == [("lease_ends", {"days": 3})]
    up.up += 3 * DAY_MS
    assert [n.code for n in notices_of(desk.store)] == ["lease_out"]
    assert everything(desk) == set()
    for table in (
        "household_stat",
        "day_stat",
        "span_stat",
        "demand_day",
        "seen_span",
        "home_stat",
        "cover_stat",
    ):
        assert desk.rows(f"SELECT * FROM {table}") == [], table
    assert desk.rows("SELECT name FROM area_unit") != []  # what everybody may know stays
    desk.client.renew()
    desk.sync()
    assert everything(desk) == {"household", "resident", "visit"}


def test_own_unsent_work_stays_visible_editable_and_sendable(steward: tuple[Rig, Desk, Running]) -> None:
    rig, desk, up = steward
    mine = new_id()
    desk.save(visit(home("a1", 2), "nicht abgeschickt", record=mine))
    draft = new_id()
    desk.store.drafts.keep(draft, named(home("a1", 3)), {"said": "entwurf"})
    up.up += 31 * DAY_MS
    assert desk.rows("SELECT id FROM visit") == [(mine,)]
    assert desk.holds("household") == {named(home("a1", 2)), named(home("a1", 3))}
    assert desk.rows("SELECT id FROM resident") == []
    assert desk.store.drafts.body(draft) == {"said": "entwurf"}
    desk.save(change("household", named(home("a1", 2)), "note", None, "auch dies"))  # editing goes on
    assert road.sync_counts(desk.store).unsent == 2
    desk.client.renew()
    desk.sync()
    assert rig.one("SELECT note FROM household WHERE id = ?", named(home("a1", 2))) == "auch dies"


def test_no_question_of_any_page_gives_a_row(steward: tuple[Rig, Desk, Running]) -> None:
    _, desk, up = steward
    while desk.store.index_some():
        pass
    store = desk.store
    scope = default_scope(store)
    assert any(node.due for node in area_tree(store))
    assert visits.due_households(store, scope).first
    rid = households.row_number_of(store, named(home("a1", 1)))
    assert own_acts(store) and household_history(store, named(home("a1", 1)))
    found = find.find(store, "abgeschickt", limit=5)
    assert found
    up.up += 31 * DAY_MS
    assert own_acts(store) == () and household_history(store, named(home("a1", 1))) == ()
    assert households.household_rows(store, [rid]) == ()
    assert households.rows_of(store, [named(home("a1", 1))]) == ()
    with pytest.raises(Exception, match="not_found"):
        households.household_detail(store, named(home("a1", 1)))
    for text in ("abgeschickt", "住户", "zhuhu", "1-1-1"):
        assert [hit for hit in find.find(store, text, limit=5) if hit.kind != "node"] == []
    assert not any(node.due for node in area_tree(store))
    assert visits.due_households(store, scope).count == 0


@pytest.mark.parametrize(
    ("days", "warning"), [(30, None), (8, None), (7, 7), (4, 7), (3, 3), (2, 3), (1, 1), (0, 1)]
)
def test_warned_at_seven_three_and_one(days: int, warning: int | None) -> None:
    held = Lease(until=100 * DAY_MS, now=100 * DAY_MS - days * DAY_MS)
    assert (held.days_left, held.warning, held.out) == (days, warning, days == 0)


WALL = 1_800_000_000_000


@pytest.mark.parametrize(
    ("run", "up", "wall", "elapsed"),
    [
        ("a", 5 * DAY_MS, WALL + 5 * DAY_MS, 5),
        ("a", 5 * DAY_MS, WALL + 3650 * DAY_MS, 5),  # set forward while it runs: not asked
        ("a", 5 * DAY_MS, WALL - 3650 * DAY_MS, 5),  # set back while it runs: no days gained
        ("b", 7, WALL + 5 * DAY_MS, 5),  # another run: the computer's clock fills the gap
        ("b", 7, WALL - 5 * DAY_MS, 0),  # and does not go back
        ("b", 7, 0, 0),  # surely wrong
        ("b", 7, 9_999_999_999_999, 0),
    ],
)
def test_clocks_that_are_set_move_the_lease_little(run: str, up: int, wall: int, elapsed: int) -> None:
    mark = Mark(server=WALL, wall=WALL, run="a", up=0)
    assert server_now(mark, Clock(lambda: wall / 1000), lambda: (run, up)) == WALL + elapsed * DAY_MS


def test_setting_the_clock_back_after_an_unlock_gains_nothing(tmp_path: Path) -> None:
    up = Running()
    state: dict[str, bytes] = lease.renewed(WALL, 30, Clock(lambda: WALL / 1000), up)
    first = msgspec.json.decode(state[lease.MARK], type=Mark)
    up.run = "second"
    later = Clock(lambda: WALL / 1000 + 20 * 86400)
    late = lease._marked(server_now(first, later, up), later, up)
    up.run = "third"
    again = server_now(msgspec.json.decode(late, type=Mark), Clock(lambda: WALL / 1000), up)
    assert again == WALL + 20 * DAY_MS


@pytest.mark.parametrize(("asked", "kept"), [(1, 7), (7, 7), (45, 45), (90, 90), (400, 90)])
def test_a_server_gives_between_seven_and_ninety_days(asked: int, kept: int) -> None:
    state = lease.renewed(0, asked, Clock(), Running())
    assert int(state[lease.UNTIL]) == kept * DAY_MS


def test_a_copy_opens_locked_until_a_whole_exchange(
    make_rig: Callable[..., Rig], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sight, "is_joined", lambda known: known.authority == "server")
    from gridworker.store import backup

    monkeypatch.setattr(backup, "is_joined", sight.is_joined)
    rig = make_rig()
    desk = rig.desk("steward_a1")
    desk.sync()
    desk.save(visit(home("a1", 2), "noch nicht"))
    copy = desk.store.back_up()
    restored = tmp_path / "restored"
    restored.mkdir()
    (copy / "database.db").rename(restored / "gridworker.db")
    (copy / "keys.json").rename(restored / "keys.json")
    store = Store.open(restored, PASSPHRASE, desk.store.clock)
    try:
        again = Desk(store, desk.wire)
        assert store.state(SEALED) == COPY
        assert everything(again) == {"visit", "household"}
        assert "sealed" in [notice.code for notice in notices_of(store)]
        assert again.rows("SELECT said FROM visit") == [("noch nicht",)]
        again.sync()
        assert not store.state(SEALED)
        assert len(again.holds("household")) == 3
    finally:
        store.close()
    assert not desk.store.state(SEALED)  # the profile that was copied is not locked
