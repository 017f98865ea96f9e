"""The rig in its two forms: every contract test runs in-process and over real HTTP."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gridworker.server.database import ServerDatabase
from gridworker.sync.protocol.messages import Limits
from tests.contract.rig import Rig
from tests.contract.village import Hands, found_village


@pytest.fixture(scope="session")
def village_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A founded server, copied for each test."""
    folder = tmp_path_factory.mktemp("village") / "server"
    found_village(folder, Hands()).close()
    return folder


@pytest.fixture
def make_rig(village_template: Path, tmp_path: Path) -> Iterator[Callable[..., Rig]]:
    made: list[Rig] = []

    def make(over: str = "in_process", limits: Limits | None = None) -> Rig:
        hands = Hands()
        folder = tmp_path / f"rig{len(made)}"
        shutil.copytree(village_template, folder / "server")
        database = ServerDatabase.open(folder / "server", hands.clock())
        made.append(Rig(database, hands, over, folder, limits or Limits()))
        return made[-1]

    yield make
    for rig in made:
        rig.close()


@pytest.fixture(params=["in_process", "http"])
def rig(request: pytest.FixtureRequest, make_rig: Callable[..., Rig]) -> Rig:
    return make_rig(request.param)
