"""The sync page's questions and acts, put to the open profile. Runs away from the window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gridworker.changes import Changes
from gridworker.models.entity import Kind
from gridworker.models.op import Value
from gridworker.models.registry import BY_NAME
from gridworker.services import conflicts, held, stuck
from gridworker.services.conflicts import Choice
from gridworker.store.queries.held import held_rows
from gridworker.store.queries.stuck import StuckOp, stuck_ops
from gridworker.store.queries.sync import conflict_cases, fleet_rows, road_lines, stage_counts
from gridworker.store.rows import Road
from gridworker.ui.pages.sync.presenter import Matter, Overview


class ProfileSync:
    """`store` is the open profile."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def overview(self, stage: Road) -> Overview:
        store = self._store
        waiting: list[Matter] = [*conflict_cases(store), *stuck_ops(store), *held_rows(store)]
        lines = () if stage is Road.ATTENTION else road_lines(store, stage)
        alone = store.known.authority == "self"
        return Overview(stage_counts(store), lines, tuple(waiting), fleet_rows(store), alone)

    def choose(self, choices: Sequence[Choice]) -> Changes:
        return conflicts.choose(self._store, choices).changes

    def try_again(self, op_id: bytes) -> None:
        stuck.try_again(self._store, [op_id])

    def give_up(self, op_id: bytes, reason: str) -> Changes:
        return stuck.give_up(self._store, op_id, reason)

    def mend(self, matter: StuckOp, text: str) -> Changes:
        """Resend with `text` in the field the server named."""
        kind = BY_NAME[matter.entity].field(matter.field).kind
        value: Value = text.strip() or None
        if kind in (Kind.INT, Kind.BOOL) and text.strip().lstrip("-").isdigit():
            value = int(text)
        return stuck.resend_mended(self._store, matter.op_id, {matter.field: value}).changes

    def accept_held(self, held_id: bytes) -> Changes:
        return held.accept_held(self._store, held_id)

    def reject_held(self, held_id: bytes, reason: str) -> Changes:
        return held.reject_held(self._store, held_id, reason)
