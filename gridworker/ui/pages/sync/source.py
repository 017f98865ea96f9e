"""The sync page's questions and acts, put to the open profile. Runs away from the window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gridworker.changes import Changes
from gridworker.models.entity import Kind
from gridworker.models.op import Value
from gridworker.models.registry import BY_NAME
from gridworker.services import conflicts, held, rights, stuck
from gridworker.services.acts import Done
from gridworker.services.conflicts import Choice
from gridworker.services.undo import Undone, undo_at_once
from gridworker.store.queries import tree
from gridworker.store.queries.device import DeviceFacts, device_facts
from gridworker.store.queries.find import find
from gridworker.store.queries.held import held_rows
from gridworker.store.queries.stuck import StuckOp, stuck_ops
from gridworker.store.queries.sync import conflict_cases, fleet_rows, road_lines, stage_counts
from gridworker.store.rows import Hit, HitKind, Road
from gridworker.ui.open_profile import Adoption
from gridworker.ui.pages.sync.presenter import Matter, Overview


class ProfileSync:
    """`store` is the open profile, `adoption` the way of one that stands alone to a server."""

    def __init__(self, store: Any, adoption: Adoption | None = None) -> None:
        self._store, self._adoption = store, adoption

    def overview(self, stage: Road) -> Overview:
        store = self._store
        waiting: list[Matter] = [*conflict_cases(store), *stuck_ops(store), *held_rows(store)]
        lines = () if stage is Road.ATTENTION else road_lines(store, stage)
        alone = store.known.authority == "self"
        allowed = {right for grant in store.grants() for right in grant.role.may}
        return Overview(
            *(stage_counts(store), lines, tuple(waiting), fleet_rows(store), alone),
            may_decide="held" in allowed,
            may_erase="rights" in allowed,
            may_join=self._adoption is not None,
            joining=self._adoption.begun() if self._adoption else "",
            device=None if alone else device_facts(store),
        )

    def device(self) -> DeviceFacts:
        return device_facts(self._store)

    def choose(self, choices: Sequence[Choice]) -> Done:
        return conflicts.choose(self._store, choices)

    def take_back(self, done: Done, reason: str) -> Undone:
        return undo_at_once(self._store, done.txns, reason)

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

    def take_out(self, op_id: bytes, target: Path) -> None:
        """Write the whole act of this op into a file that the operator alone can open.

        Raises TargetNotWritable, BundleNeedsNetwork, DiskFull."""
        stuck.write_out(self._store, [op_id], target)

    def accept_held(self, held_id: bytes, remark: str) -> Changes:
        return held.accept_held(self._store, held_id, remark.strip())

    def areas(self) -> Sequence[tuple[bytes, str]]:
        """Every area node, each below its parent."""
        nodes = [
            node for node in tree.area_tree(self._store) if node.kind in ("community", "grid", "micro_grid")
        ]
        names = {node.id: node.name for node in nodes}
        return [
            (node.id, f"{names[node.parent_id]} / {node.name}" if node.parent_id in names else node.name)
            for node in nodes
        ]

    def hand_over(self, held_id: bytes, owner_id: bytes, remark: str) -> Changes:
        return held.hand_over_held(self._store, held_id, owner_id, remark)

    def find(self, text: str) -> Sequence[Hit]:
        """Households and residents, the nearest first."""
        return [hit for hit in find(self._store, text) if hit.kind in (HitKind.HOUSEHOLD, HitKind.RESIDENT)]

    def would_erase(self, entity: str, record_id: bytes) -> rights.Erasure:
        return rights.would_erase(self._store, entity, record_id)

    def erase(self, entity: str, record_id: bytes, reason: str) -> Changes:
        return rights.erase(self._store, entity, record_id, reason)

    def reject_held(self, held_id: bytes, reason: str) -> Changes:
        return held.reject_held(self._store, held_id, reason)
