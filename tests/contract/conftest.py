"""The rig in its three forms: every contract test runs in-process, over real HTTP, and over HTTP on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gridworker.server.database import Place, ServerDatabase
from gridworker.sync.protocol.messages import Limits
from tests.contract.rig import Rig
from tests.contract.village import Hands, found_village
from tests.postgres import cluster


@pytest.fixture(scope="session")
def village_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A founded server, copied for each test."""
    folder = tmp_path_factory.mktemp("village") / "server"
    found_village(folder, Hands()).close()
    return folder


@pytest.fixture(scope="session")
def postgres_template() -> str:
    """The same in a PostgreSQL database, copied for each test. Returns its name."""
    name = cluster().make()
    found_village(cluster().url(name), Hands()).close()
    return name


@pytest.fixture
def make_rig(
    village_template: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Rig]]:
    made: list[Rig] = []
    databases: list[str] = []

    def place(over: str, folder: Path) -> Place:
        if over == "postgres":
            databases.append(cluster().make(request.getfixturevalue("postgres_template")))
            return cluster().url(databases[-1])
        shutil.copytree(village_template, folder / "server")
        return folder / "server"

    def make(over: str = "in_process", limits: Limits | None = None) -> Rig:
        hands = Hands()
        folder = tmp_path / f"rig{len(made)}"
        there = place(over, folder)
        database = ServerDatabase.open(there, hands.clock())
        made.append(Rig(database, hands, over, folder, limits or Limits(), str(there)))
        return made[-1]

    yield make
    for rig in made:
        rig.close()
    for name in databases:
        cluster().drop(name)


@pytest.fixture(params=["in_process", "http", "postgres"])
def rig(request: pytest.FixtureRequest, make_rig: Callable[..., Rig]) -> Rig:
    return make_rig(request.param)
