"""One full practice community for the whole module run: it takes a fifth of a second and is never changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import pytest

from gridworker.models.op import Draft
from gridworker.practice.community import practice_community


@pytest.fixture(scope="session")
def demo_drafts() -> tuple[Draft, ...]:
    return tuple(practice_community().drafts())


@pytest.fixture(scope="session")
def demo(demo_drafts: tuple[Draft, ...]) -> Mapping[str, list[Draft]]:
    """Drafts by entity, in their order."""
    found: dict[str, list[Draft]] = defaultdict(list)
    for draft in demo_drafts:
        found[draft.entity].append(draft)
    return found
