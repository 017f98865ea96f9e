"""Several accounts on one laptop: each has a profile of its own in its own folder, and knows nothing of the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gridworker.errors import ProfileExists, WrongPassphrase
from gridworker.store.audit import Act
from gridworker.store.store import Store
from gridworker.sync.client import Client
from gridworker.sync.enrolment import join
from gridworker.sync.session import sync_now
from tests.contract.rig import CHEAP, Rig, numbered
from tests.contract.village import home, named, visit

WORDS = {"steward_a1": "river lamp seven stone", "steward_b1": "cloud bridge nine paper"}


@pytest.fixture
def rig(make_rig: Callable[..., Rig]) -> Rig:
    return make_rig()


def enrol(rig: Rig, folder: Path, login: str) -> Store:
    wire = rig.transport()
    try:
        code = rig.code(login)
        return join(folder, WORDS[login], "test", code, wire, rig.hands.clock(), CHEAP, practice=True)
    finally:
        wire.close()


def exchange(rig: Rig, store: Store) -> int:
    wire = rig.transport()
    try:
        return sync_now(Client(store, wire)).sent
    finally:
        wire.close()


def said(store: Store) -> set[str]:
    with store.read() as connection:
        return {row[0] for row in connection.exec_driver_sql("SELECT said FROM visit")}


def test_two_accounts_in_two_folders_are_two_devices_that_go_on_independently(
    rig: Rig, tmp_path: Path
) -> None:
    folders = {login: tmp_path / "laptop" / login for login in WORDS}
    stores = {login: enrol(rig, folder, login) for login, folder in folders.items()}
    for store in stores.values():  # both are open at once
        exchange(rig, store)
    one, two = stores["steward_a1"], stores["steward_b1"]
    assert one.known.device_no != two.known.device_no
    assert one.known.device_id != two.known.device_id
    one.save([numbered(visit(home("a1", 1), "von a1"), one)], Act("test"))
    more = (visit(home("b1", 1), "von b1"), visit(home("b1", 2), "noch von b1"))
    two.save([numbered(each, two) for each in more], Act("test"))
    assert exchange(rig, one) == 1  # the other one's work stays with it
    assert rig.rows("SELECT said FROM visit") == [("von a1",)]
    one.close()
    assert exchange(rig, two) == 2  # and needs nothing of the first
    one = Store.open(folders["steward_a1"], WORDS["steward_a1"], rig.hands.clock())
    exchange(rig, one)
    assert said(one) == {"von a1"}
    assert said(two) == {"von b1", "noch von b1"}
    with one.read() as connection:
        homes = {row[0] for row in connection.exec_driver_sql("SELECT id FROM household")}
    assert named(home("b1", 1)) not in homes
    one.close()
    two.close()
    with pytest.raises(WrongPassphrase):
        Store.open(folders["steward_a1"], WORDS["steward_b1"], rig.hands.clock())


def test_a_second_account_never_takes_the_place_of_the_first(rig: Rig, tmp_path: Path) -> None:
    enrol(rig, tmp_path / "profile", "steward_a1").close()
    with pytest.raises(ProfileExists):
        enrol(rig, tmp_path / "profile", "steward_b1")
