"""The practice community on one computer: made once, opened again, and what an interruption leaves is no obstacle."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridworker import practice_desk
from gridworker.errors import (
    NotFound,
    ProfileExists,
    ProfileInUse,
    ProfileMissing,
    WeakPassphrase,
    WrongPassphrase,
)
from gridworker.models.demand_machine import OPEN
from gridworker.models.mark import is_practice_code
from gridworker.practice.size import Size
from gridworker.services.demands import DemandForm, register
from gridworker.services.visits import VisitForm, log_visit
from gridworker.store.demand_rows import DemandFilter
from gridworker.store.lock import ProfileLock
from gridworker.store.queries import demands, households, road, tree
from gridworker.store.queries.health import examine
from gridworker.store.rows import TreeKind
from gridworker.sync.client import Client
from gridworker.sync.session import sync_now
from gridworker.ui import desk_facts
from gridworker.wording import Wording
from tests.desks import COST, Desk, make_desk


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return make_desk(tmp_path_factory.mktemp("desk") / "practice")


@pytest.fixture
def folder(template: Desk, tmp_path: Path) -> Path:
    return template.copied(tmp_path / "practice").folder


def made(folder: Path, login: str = practice_desk.SECRETARY) -> practice_desk.PracticeDesk:
    return practice_desk.create(folder, login=login, cost=COST, size=Size.tiny())


def test_it_is_marked_and_complete(folder: Path) -> None:
    desk = practice_desk.open_desk(folder)
    known = desk.store.identity
    assert known.practice and is_practice_code(known.community_code) and known.authority == "server"
    assert known.role_codes == ("community_secretary",)
    assert desk.store.clock.today() == "2026-11-20"
    assert len(households.household_ids(desk.store, tree.default_scope(desk.store))) == 96
    assert examine(desk.store) == ()
    desk.close()


def test_what_is_saved_goes_to_its_own_server(folder: Path) -> None:
    desk = practice_desk.open_desk(folder)
    rid = households.household_ids(desk.store, tree.default_scope(desk.store))[1]
    home = households.household_rows(desk.store, [rid])[0]
    log_visit(desk.store, VisitForm(home.id, "2026-11-20", "met"))
    assert road.sync_counts(desk.store).unsent == 1
    assert sync_now(Client(desk.store, desk.transport)).sent == 2
    assert road.sync_counts(desk.store).unsent == 0
    desk.close()


def test_the_organisation_says_how_many_demands_its_pages_show(folder: Path) -> None:
    desk = practice_desk.open_desk(folder)
    rids = households.household_ids(desk.store, tree.default_scope(desk.store))
    homes = [row.id for row in households.household_rows(desk.store, rids[::20])]
    areas = [node.id for node in tree.area_tree(desk.store) if node.kind in ("community", "grid")]
    for field, record in [("household_id", one) for one in homes] + [("area_unit_id", one) for one in areas]:
        register(
            desk.store, DemandForm((field, record), "坡道太陡", "推不上去", "repair", reporter="anonymous")
        )
    facts = desk_facts.read(desk.store, Wording.load("zh_CN"))
    told = [node.demands for node in facts.org]
    still_open = DemandFilter(states=frozenset(OPEN))
    assert told == [
        demands.count(desk.store, tree.scope_of(desk.store, TreeKind.ORG, node.id), still_open)
        for node in facts.org
    ]
    assert told[0] == facts.area[0].demands == len(homes) + len(areas) and len(set(told)) > 2
    desk.close()


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    practice_desk.create(
        tmp_path, progress=lambda *step: told.append(step), cost=COST, size=Size.tiny()
    ).close()
    assert list(dict.fromkeys(key for key, _, _ in told))[:2] == [
        "practice.progress.community",
        "practice.progress.fetch",
    ]
    fetched = [done for key, done, _ in told if key == "practice.progress.fetch"]
    assert fetched == sorted(fetched) and fetched[-1] > 0
    assert all(done >= 0 and total > 0 for _, done, total in told)


def test_a_steward_gets_her_own_part(tmp_path: Path) -> None:
    desk = made(tmp_path, "mg101")
    assert 0 < len(households.household_ids(desk.store, tree.default_scope(desk.store))) < 96
    desk.close()


def test_it_is_not_made_twice(folder: Path) -> None:
    before = (folder / "server" / "server.db").read_bytes()
    with pytest.raises(ProfileExists):
        made(folder)
    assert (folder / "server" / "server.db").read_bytes() == before


def test_an_unknown_login_makes_nothing_and_may_be_tried_again(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        made(tmp_path, "nobody")
    assert not practice_desk.exists(tmp_path)
    made(tmp_path).close()


def test_after_an_interruption_it_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gridworker.sync.enrolment.join", interrupted)
    with pytest.raises(KeyboardInterrupt):
        made(tmp_path)
    monkeypatch.undo()
    assert (tmp_path / "server" / "server.db").exists()
    (tmp_path / "laptop").mkdir()
    (tmp_path / "laptop" / "gridworker.db").write_bytes(b"half")
    (tmp_path / "server" / "mine.txt").write_text("not of this program")
    made(tmp_path).close()
    assert practice_desk.exists(tmp_path)
    assert (tmp_path / "server" / "mine.txt").exists()


def test_two_windows_do_not_make_it_at_once(tmp_path: Path) -> None:
    lock = ProfileLock(tmp_path)
    with pytest.raises(ProfileInUse):
        made(tmp_path)
    lock.release()
    made(tmp_path).close()


def test_a_weak_passphrase_makes_no_profile(tmp_path: Path) -> None:
    with pytest.raises(WeakPassphrase):
        practice_desk.create(tmp_path, "1234", cost=COST, size=Size.tiny())
    assert not practice_desk.exists(tmp_path)


def test_opening_needs_passphrase_and_server(folder: Path) -> None:
    with pytest.raises(WrongPassphrase):
        practice_desk.open_desk(folder, "another one")
    (folder / "server" / "server.db").rename(folder / "server" / "away.db")
    with pytest.raises(ProfileMissing):
        practice_desk.open_desk(folder)
    (folder / "server" / "away.db").rename(folder / "server" / "server.db")
    practice_desk.open_desk(folder).close()  # neither failure left it locked
    with pytest.raises(ProfileMissing):
        practice_desk.open_desk(folder / "nowhere")


def test_a_folder_names_its_laptop(folder: Path, tmp_path: Path) -> None:
    assert practice_desk.profile_in(folder) == folder / "laptop"
    assert practice_desk.profile_in(folder / "laptop") == folder / "laptop"
    assert practice_desk.profile_in(tmp_path) == tmp_path


def test_the_server_beside_a_laptop(folder: Path) -> None:
    desk = practice_desk.open_desk(folder)
    desk.close()
    with practice_desk.server_of(folder / "laptop") as transport:
        assert transport.send("/v1/nothing", b"", {}).status == 404
    with pytest.raises(ProfileMissing), practice_desk.server_of(folder):
        raise AssertionError("there is no server beside it")
