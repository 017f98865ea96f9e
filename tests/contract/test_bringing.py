"""A community that was kept alone is brought to a server that keeps one already: as an import by somebody who joined,
through the server's own judgement, and seen on the other computers afterwards."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gridworker.commands.bringing import read_profile
from gridworker.errors import PracticeMix, ProfileHasServer, ProfileInUse, ProfileMissing, WrongPassphrase
from gridworker.server import checks
from gridworker.server.database import only_domain
from gridworker.services import consents, households
from gridworker.services.residents import edit_resident
from gridworker.store.store import Store
from tests.community import PASSPHRASE, counts, one
from tests.contract.rig import Rig
from tests.contract.test_adoption import agree
from tests.contract.village import home as door
from tests.contract.village import named
from tests.neighbours import bring, community, consent, home, person, planned, put_behind, shop, spot, told

_Make = Callable[..., Rig]


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Store]:
    """The same three stairwells, kept alone: one door that the village knows too, and one that it does not, each."""
    store = community(tmp_path / "laptop", "practice", estate="小院", building="1栋")
    for stair in (1, 2, 3):
        old, new = home(store, "practice", stair, "1"), home(store, "practice", stair, "9", note="新搬来")
        person(store, old, f"住户{stair}1", phone=f"139-0000-000{stair}")
        consent(
            store, person(store, new, f"新人{stair}", birth_year=1950), "birth_year", purposes=("notice",)
        )
        shop(store, "practice", stair, f"小店{stair}")
        spot(store, "practice", stair, f"院子{stair}")
    yield store
    store.close()


@pytest.mark.parametrize("over", ["in_process", "http", "postgres"])
def test_what_the_server_has_not_comes_over_once(over: str, make_rig: _Make, there: Store) -> None:
    rig = make_rig(over)
    secretary, steward = rig.desk("secretary"), rig.desk("steward_a1")
    for desk in (secretary, steward):
        desk.sync()
    rejected_there = one(there, "SELECT id FROM household WHERE code = 'practice-3-1-1'")
    assert isinstance(rejected_there, bytes)
    households.opt_out(there, rejected_there, on=True, reason="不便")
    plan = bring(secretary.store, there)
    assert told(plan, "unit") == [("unchanged",)] * 3
    assert told(plan, "household") == [("update",), ("new",)] * 3
    account = secretary.sync()
    assert (account.rejected, account.held, account.conflicts) == (0, 0, 0)
    agree(rig, secretary.store)
    assert rig.one("SELECT count(*) FROM household WHERE deleted = 0") == 12
    assert rig.one("SELECT count(*) FROM shop") == rig.one("SELECT count(*) FROM public_spot") == 3
    assert rig.one("SELECT count(*) FROM basis") == rig.one("SELECT count(*) FROM consent") * 2
    opted = "SELECT visit_opt_out FROM household WHERE id = ?"
    assert secretary.one(opted, named(door("a1", 1))) == 1
    steward.sync()
    assert steward.one(opted, named(door("a1", 1))) == 1  # what restricts is obeyed by who goes there
    assert steward.one("SELECT phone FROM resident WHERE name = '住户11'") == "13900000001"
    assert steward.rows("SELECT name FROM resident WHERE name LIKE '新人%'") == [("新人1",)]
    again = bring(secretary.store, there)
    assert again.groups == () and {str(v.verdict) for v in again.verdicts} == {"unchanged"}
    with rig.database.read() as connection:
        assert checks.findings(connection, only_domain(connection)) == []


@pytest.mark.parametrize("over", ["in_process", "postgres"])
def test_a_consent_taken_back_there_ends_here_for_everybody(over: str, make_rig: _Make, there: Store) -> None:
    rig = make_rig(over)
    secretary, steward = rig.desk("secretary"), rig.desk("steward_a1")
    for desk in (secretary, steward):
        desk.sync()
    resident = named(f"{door('a1', 1)}_r")
    consent(steward.store, resident, "phone")
    edit_resident(steward.store, resident, {"phone": None}, {"phone": "138-0000-0001"})
    steward.sync()
    secretary.sync()
    person_there = one(there, "SELECT id FROM resident WHERE name = '住户11'")
    assert isinstance(person_there, bytes)
    edit_resident(there, person_there, {"phone": "13900000001"}, {"phone": None})
    consents.withdraw_consent(there, consent(there, person_there, "phone"))
    plan = bring(secretary.store, there)
    assert ("update", "consent_ended", "fields_emptied") in told(plan, "consent")
    assert secretary.sync().rejected == 0
    steward.sync()
    for desk in (secretary, steward):
        assert desk.one("SELECT phone FROM resident WHERE id = ?", resident) is None
    assert (
        rig.one("SELECT count(*) FROM consent WHERE withdrawn_on IS NULL AND resident_id = ?", resident) == 0
    )
    agree(rig, secretary.store)


@pytest.mark.parametrize("over", ["in_process", "postgres"])
def test_only_what_the_post_covers_comes_over(over: str, make_rig: _Make, there: Store) -> None:
    rig = make_rig(over)
    chief = rig.desk("grid_a")
    chief.sync()
    plan = bring(chief.store, there)
    assert told(plan, "household") == [("update",), ("new",)] * 2 + [("refused", "not_allowed")] * 2
    assert chief.sync().rejected == 0
    assert rig.one("SELECT count(*) FROM household WHERE room = '9'") == 2


def test_who_may_not_import_brings_nothing(make_rig: _Make, there: Store) -> None:
    rig = make_rig()
    steward = rig.desk("steward_a1")
    steward.sync()
    plan = planned(steward.store, there)
    assert plan.groups == ()
    assert set(told(plan, "household")) == {("refused", "not_allowed")}


# -- cut off ---------------------------------------------------------------------------------------------------------


_CHILD = """
import os, signal, sys
from pathlib import Path
from gridworker.imports.bringing import plan_bringing
from gridworker.services.imports import apply_import, known_before
from gridworker.store.queries.bringing import brought, papers
from tests.community import open_store
here, there, turn = open_store(Path(sys.argv[1])), open_store(Path(sys.argv[2])), int(sys.argv[3])
plan = plan_bringing(brought(there), known_before(here), papers(here))
def watch(done, total):
    global turn
    turn -= 1
    if turn == 0:
        os.kill(os.getpid(), signal.SIGKILL)
apply_import(here, plan.groups, plan.batch, plan.counts, watch=watch)
here.close()
there.close()
"""


def test_killed_in_the_middle_nothing_or_all_is_there(tmp_path: Path) -> None:
    there, here = tmp_path / "laptop", tmp_path / "server"
    store = community(there, "laptop")
    for room in range(101, 105):
        person(store, home(store, "laptop", 1, str(room)), f"住户{room}", phone=f"13800138{room}")
    store.close()
    community(here, "server").close()
    turns = 0
    while True:
        turns += 1
        ended = subprocess.run(
            [sys.executable, "-c", _CHILD, str(here), str(there), str(turns)], check=False, timeout=120
        )
        store = Store.open(here, PASSPHRASE)
        found = [counts(store)[name] for name in ("household", "resident", "basis")]
        store.close()
        if ended.returncode == 0:
            break
        assert ended.returncode == -signal.SIGKILL
        assert found == [0, 0, 0] and turns < 50
    assert turns > 2 and found == [4, 4, 4]


# -- which profiles --------------------------------------------------------------------------------------------------


def test_practice_and_real_never_meet(tmp_path: Path) -> None:
    for side in ("practice", "laptop"):
        folder = put_behind(community(tmp_path / side, side), tmp_path / side)
        with pytest.raises(PracticeMix):
            read_profile(folder, PASSPHRASE, practice=side != "practice")


def test_what_belongs_to_a_server_is_not_brought_over(tmp_path: Path) -> None:
    folder = tmp_path / "laptop"
    put_behind(community(folder, "laptop"), folder, "https://street.example.cn")
    with pytest.raises(ProfileHasServer) as refused:
        read_profile(folder, PASSPHRASE, practice=False)
    assert refused.value.values["url"] == "https://street.example.cn"


def test_the_other_profile_needs_its_own_passphrase_and_nobody_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "laptop"
    store = community(folder, "laptop")
    home(store, "laptop", 1, "101")
    with pytest.raises(ProfileInUse):
        read_profile(folder, PASSPHRASE, practice=False)
    store.close()
    with pytest.raises(WrongPassphrase):
        read_profile(folder, "something else entirely", practice=False)
    with pytest.raises(ProfileMissing):
        read_profile(tmp_path / "nowhere", PASSPHRASE, practice=False)
    found = read_profile(folder, PASSPHRASE, practice=False)
    assert (found.name, len(found.ledger.households)) == ("laptop社区", 1)
