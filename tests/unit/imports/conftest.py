"""A founded community to import into, and what it knows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gridworker.models.ledger import Ledger
from gridworker.store.queries.ledger import ledger
from gridworker.store.store import Store
from tests.community import copied, founded_store, open_store


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
