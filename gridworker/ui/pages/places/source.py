"""The places page's questions and saves, put to the open profile. Runs away from the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gridworker.models.ledger import KnownUnit
from gridworker.models.op import Value
from gridworker.models.registry import BY_NAME
from gridworker.services import acts
from gridworker.services.acts import Done
from gridworker.services.undo import Undone, undo_at_once
from gridworker.store.queries import places, shops
from gridworker.store.queries.shops import PlaceDetail, PlaceRow
from gridworker.store.rows import Scope


class PlaceSource:
    """`store` is the open profile; the window passes it on to queries and services and asks it nothing else."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def today(self) -> str:
        return str(self._store.clock.today())

    def rows(self, scope: Scope, target: str, text: str) -> tuple[PlaceRow, ...]:
        return shops.place_rows(self._store, scope, target, text)

    def detail(self, target: str, record: bytes) -> PlaceDetail:
        return shops.place_detail(self._store, target, record)

    def units(self, scope: Scope) -> tuple[KnownUnit, ...]:
        """The stairwells of a scope at which a place can stand."""
        return tuple(unit for unit in places.known_units(self._store) if unit.id in scope.unit_ids)

    def seen(self, target: str, record: bytes) -> dict[str, Value]:
        names = tuple(field.name for field in BY_NAME[target].fields)
        return acts.present_values(self._store, target, record, names)

    def act(self, work: Callable[..., Done], *arguments: object) -> Done:
        return work(self._store, *arguments)

    def take_back(self, done: Done, reason: str) -> Undone:
        return undo_at_once(self._store, done.txns, reason)
