"""The write transaction of a person's act: it may take the room kept for a full disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gridworker.store import ballast
from gridworker.store.connection import Connection

if TYPE_CHECKING:
    from gridworker.store.store import Saved, Store


def in_one_transaction(store: Store, work: Callable[[Connection], Saved]) -> Saved:
    """`work`, which saves by `store.save_within`, on the disk when this returns; on a full disk it is done once more
    without the ballast. Raises DiskFull, DatabaseBusy or what `work` raises; then nothing was changed."""

    def once() -> Saved:
        with store.database.write() as connection:
            return work(connection)

    saved = ballast.with_room(store.folder, once)
    if saved.changes.concerns("area_unit", "appointment"):
        store.forget_cached()
    return saved
