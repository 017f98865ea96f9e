"""A small practice community in a real, encrypted profile, and the background the pages read it through."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gridworker.models.days import Clock
from gridworker.models.ids import new_id
from gridworker.practice.clock import PRACTICE_NOW
from gridworker.practice.community import practice_community
from gridworker.practice.size import Size
from gridworker.store.audit import Act
from gridworker.store.keys import KdfCost
from gridworker.store.queries import tree
from gridworker.store.rows import Scope, TreeKind
from gridworker.store.state import NewProfile
from gridworker.store.store import Store
from gridworker.ui.background import Background
from tests.copies import copy_folder

PASSPHRASE = "correct horse battery"
CHEAP = KdfCost(memory=8192, passes=1, lanes=1)


def make_store(folder: Path, authority: str = "self") -> Store:
    """96 rooms, 4 micro-grids, Friday 2026-11-20 09:00 in China; the secretary is at the desk."""
    practice = practice_community(scale=Size.tiny())
    known = NewProfile(
        community_id=practice.community_id,
        authority=authority,
        practice=True,
        device_id=new_id(),
        device_no=2,
        incarnation=os.urandom(16),
        member_id=practice.secretary_id,
    )
    store = Store.create(folder, PASSPHRASE, known, Clock(PRACTICE_NOW.timestamp), CHEAP)
    drafts = practice.drafts()
    store.found(iter(lambda: list(islice(drafts, 5000)), []), Act("founded"))
    return store


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed profile to copy: founding one takes longer than most tests."""
    folder = tmp_path_factory.mktemp("founded") / "profile"
    make_store(folder).close()
    return folder


@pytest.fixture
def store(founded: Path, tmp_path: Path) -> Iterator[Store]:
    folder = tmp_path / "profile"
    copy_folder(founded, folder)
    opened = Store.open(folder, PASSPHRASE, Clock(PRACTICE_NOW.timestamp))
    yield opened
    opened.close()


@pytest.fixture
def scope(store: Store) -> Scope:
    return tree.default_scope(store)


@pytest.fixture
def background(qtbot: QtBot) -> Iterator[Background]:
    made = Background()
    unhandled: list[object] = []
    made.failed_unhandled.connect(unhandled.append)
    yield made
    assert made.close()
    assert unhandled == []


@pytest.fixture
def settle(qtbot: QtBot, background: Background) -> Callable[[], None]:
    """Wait until nothing is under way in the background."""

    def wait() -> None:
        quiet = 0
        while quiet < 2:
            qtbot.waitUntil(lambda: not background.busy, timeout=10_000)
            qtbot.wait(5)
            quiet = quiet + 1 if not background.busy else 0

    return wait


@pytest.fixture
def whole(store: Store) -> Scope:
    """The whole community by its areas."""
    root = next(node for node in tree.area_tree(store) if node.parent_id is None)
    return tree.scope_of(store, TreeKind.AREA, root.id)
