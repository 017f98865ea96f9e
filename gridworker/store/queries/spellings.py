"""How the nodes of both trees are spelled, for the filter of the tree: pinyin and initials."""

from __future__ import annotations

from gridworker.store.statements import run
from gridworker.store.store import Store

_NODES = ("area_unit", "org_unit")


def node_spellings(store: Store) -> dict[bytes, tuple[str, ...]]:
    """Pinyin and initials of the nodes of both trees by id, as far as they were indexed."""
    found: dict[bytes, tuple[str, ...]] = {}
    with store.read() as connection:
        for entity in _NODES:
            rows = run(
                connection,
                f"SELECT n.id, k.key FROM find_key k JOIN {entity} n ON n.rid = k.rid WHERE k.entity = ?",
                (entity,),
            )
            for record, key in rows:
                found[record] = (*found.get(record, ()), key)
    return found
