"""Records that people write where they do not look: they are theirs until the server has them, and then go."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from gridworker.models.ids import bucket_id
from gridworker.models.op import OpResult, Outcome
from gridworker.models.registry import BY_NAME
from gridworker.models.roles import visible_buckets
from gridworker.store import state
from gridworker.store.connection import Connection
from gridworker.store.statements import scalar
from gridworker.store.workspace import Shape, Workspace

if TYPE_CHECKING:
    from gridworker.store.store import Store

_THERE = (Outcome.APPLIED, Outcome.MERGED, Outcome.NOOP)


def written(
    store: Store, connection: Connection, settled: Iterable[tuple[OpResult, str, bytes]]
) -> list[tuple[str, bytes]]:
    """Of what the server has taken, (entity, id) of the records that lie outside this account's buckets."""
    mine = [
        (entity, record)
        for result, entity, record in settled
        if entity in BY_NAME and BY_NAME[entity].unseen and result.outcome in _THERE
    ]
    if not mine:
        return []
    tree = Workspace(connection, Shape()).tree()
    grants = state.grants_of(connection, store.known.member_id, store.clock.today())
    seen = {bucket_id(*place) for place in visible_buckets(grants, tree)}
    sql = "SELECT bucket_id FROM {} WHERE id = ?"
    return [
        (entity, record)
        for entity, record in mine
        if scalar(connection, sql.format(entity), (record,)) not in seen
    ]
