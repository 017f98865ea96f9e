"""Open profiles of the tiny community, each test its own copy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gridworker.store.store import Store
from tests.community import copied, founded_store, joined_store, open_store


@pytest.fixture(scope="session")
def alone_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed profile of the founded community that stands alone."""
    folder = tmp_path_factory.mktemp("alone") / "profile"
    founded_store(folder).close()
    return folder


@pytest.fixture(scope="session")
def joined_template(alone_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed profile of the secretary as a client of a server, everything pulled."""
    folder = tmp_path_factory.mktemp("joined")
    source = open_store(copied(alone_template, folder / "source"))
    joined_store(folder / "profile", source).close()
    source.close()
    return folder / "profile"


@pytest.fixture
def alone(alone_template: Path, tmp_path: Path) -> Iterator[Store]:
    store = open_store(copied(alone_template, tmp_path / "alone"))
    yield store
    store.close()


@pytest.fixture
def joined(joined_template: Path, tmp_path: Path) -> Iterator[Store]:
    store = open_store(copied(joined_template, tmp_path / "joined"))
    yield store
    store.close()
