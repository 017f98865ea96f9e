"""What a community that stands alone consists of, counted before it is brought to a server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gridworker.models.registry import BY_NAME, ENTITIES
from gridworker.store.statements import scalar
from gridworker.store.store import Store


@dataclass(frozen=True)
class Whole:
    """`rows` is everything, deleted records included; `counts` what is there of each entity that has any; `leaves`
    how many of these this account sees on no computer of a server, by its posts."""

    rows: int
    counts: Mapping[str, int]
    leaves: int


def whole_community(store: Store) -> Whole:
    """Count everything that would go to a server."""
    seen = {held for grant in store.grants() for held in grant.role.buckets}
    rows, counts = 0, {}
    with store.read() as connection:
        for entity in ENTITIES:
            rows += int(scalar(connection, f"SELECT count(*) FROM {entity.name}"))
            there = int(scalar(connection, f"SELECT count(*) FROM {entity.name} WHERE deleted = 0"))
            if there:
                counts[entity.name] = there
    leaves = sum(n for name, n in counts.items() if BY_NAME[name].bucket.bucket_class not in seen)
    return Whole(rows, counts, leaves)
