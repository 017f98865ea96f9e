"""A founded community to import into, and what it knows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gridworker.models.ledger import Ledger
from gridworker.store.queries.ledger import ledger
from gridworker.store.store import Store
from tests.community import copied, founded_store, open_store
from tests.neighbours import community


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("import") / "profile"
    founded_store(folder).close()
    return folder


@pytest.fixture(scope="session")
def known(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    store = open_store(copied(template, tmp_path_factory.mktemp("known") / "profile"))
    found = ledger(store)
    store.close()
    return found


@pytest.fixture
def alone(template: Path, tmp_path: Path) -> Iterator[Store]:
    store = open_store(copied(template, tmp_path / "alone"))
    yield store
    store.close()


@pytest.fixture(scope="session")
def neighbours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two communities that know nothing of each other, closed."""
    folder = tmp_path_factory.mktemp("neighbours")
    community(folder / "laptop", "laptop").close()
    community(folder / "server", "server", stairs=2).close()
    return folder


@pytest.fixture
def there(neighbours: Path, tmp_path: Path) -> Iterator[Store]:
    """The laptop that was kept alone."""
    store = open_store(copied(neighbours / "laptop", tmp_path / "there"))
    yield store
    store.close()


@pytest.fixture
def here(neighbours: Path, tmp_path: Path) -> Iterator[Store]:
    """What somebody began at the server; the third stairwell is missing."""
    store = open_store(copied(neighbours / "server", tmp_path / "here"))
    yield store
    store.close()
