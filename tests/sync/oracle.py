"""What must come of a schedule of saves, exchanges and faults, in plain Python: the village's picture says who sees
what, this says what the server must hold. Nothing here knows how the product does it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.sync.test_scope_moves import Picture

#: event → (the states it starts from, the state it leads to, the states in which it is no longer needed)
EVENTS: dict[str, tuple[tuple[str, ...], str, tuple[str, ...]]] = {
    "finish": (("planned", "absent_retry", "moved", "dropped"), "done", ("done",)),
    "miss": (("planned", "absent_retry"), "absent_retry", ("done", "moved", "dropped")),
    "move": (("planned", "absent_retry"), "moved", ("done",)),
    "drop": (("planned", "absent_retry"), "dropped", ("done",)),
    "reinstate": (("done", "absent_retry", "moved", "dropped"), "planned", ()),
}
#: What an event says beside its name.
SAID = {"move": ("moved_week", "2026-W49"), "drop": ("drop_reason", "不用去")}


@dataclass(frozen=True)
class Act:
    """One save of one op. `home` decides where it lies; `record` is a name (a text for a visit)."""

    number: int
    kind: str
    home: str
    record: str
    field: str = ""
    base: Any = None
    value: Any = None


@dataclass
class Device:
    """What one device has saved and the server has not judged, and which of it was in a request that the server
    forgot; `serial` tells it from the one before it."""

    serial: int = 0
    waiting: list[Act] = field(default_factory=list)
    on_the_way: list[Act] = field(default_factory=list)


@dataclass
class Oracle:
    """`values` by (record, field); `states` of plan items, what was said with them beside; what waits for people."""

    picture: Picture
    devices: dict[str, Device]
    alias: tuple[str, str]
    values: dict[tuple[str, str], Any] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    visits: list[str] = field(default_factory=list)
    deleted: set[str] = field(default_factory=set)
    merged: bool = False
    was_merged: bool = False
    conflicts: dict[tuple[str, str, str, int], tuple[Any, Any, str]] = field(default_factory=dict)
    held: list[str] = field(default_factory=list)
    rejected: int = 0
    judged: set[int] = field(default_factory=set)

    def reach(self, login: str, *, poisoned: bool) -> None:
        """Everything `login`'s device has saved reaches the server now; on poison it fails while it is `poisoned`."""
        device = self.devices[login]
        kept = [act for act in device.waiting if poisoned and act.kind == "poison"]
        for act in device.waiting:
            if act not in kept:
                self._judge(login, act)
        device.waiting[:] = kept
        device.on_the_way.clear()

    def reach_late(self, login: str) -> None:
        """The request that the server forgot comes again."""
        device = self.devices[login]
        for act in device.on_the_way:
            self._judge(login, act)
            device.waiting.remove(act)
        device.on_the_way.clear()

    def restored(self, login: str, waiting: list[Act]) -> None:
        """The device is the copy that had `waiting` unanswered; what had arrived since is not judged twice."""
        device = self.devices[login]
        device.serial += 1
        device.on_the_way.clear()
        device.waiting[:] = [act for act in waiting if act.number not in self.judged]

    def _judge(self, login: str, act: Act) -> None:
        self.judged.add(act.number)
        record, home = self._stands_for(act)
        if act.kind == "delete" and record in self.deleted:
            return
        if act.kind == "restore" and record not in self.deleted:
            return
        if act.kind == "unmerge" and self.was_merged and not self.merged:
            return
        if not self._may(login, act, home):
            self.held.append(act.record)
            return
        if act.kind in ("visit", "poison"):
            self.visits.append(act.record)
        elif act.kind == "edit":
            self._edit(login, act, record)
        elif act.kind == "event":
            self._event(act)
        elif act.kind == "delete":
            self.deleted.add(record)
        elif act.kind == "restore":
            self.deleted.discard(record)
        else:
            self.merged = act.kind == "merge"
            self.was_merged = True

    def _may(self, login: str, act: Act, home: str) -> bool:
        homes = [home]
        if act.kind == "merge" and not self.merged:
            homes.append(self.alias[0].removesuffix("_r"))
        if act.kind == "unmerge" and not self.was_merged:
            return False  # it leans on a merge that was held
        return all(self.picture.lies[name] in self.picture.sees(login) for name in homes)

    def _stands_for(self, act: Act) -> tuple[str, str]:
        """The record that an act is about, and its home: the winner's where it was merged into another one."""
        loser, winner = self.alias
        if self.merged and act.record == loser and act.kind in ("edit", "delete", "restore"):
            return winner, winner.removesuffix("_r")
        return act.record, act.home

    def _edit(self, login: str, act: Act, record: str) -> None:
        there = self.values.get((record, act.field))
        if there == act.value:
            return
        gone = record in self.deleted
        if not gone and (there == act.base or act.field == "visit_opt_out"):
            self.values[record, act.field] = act.value
            return
        key = (act.record, act.field, login, self.devices[login].serial)
        self.conflicts[key] = (act.value, there, "edited_after_delete" if gone else "field")

    def _event(self, act: Act) -> None:
        state = self.states[act.record]
        sources, target, settled = EVENTS[act.field]
        if state in sources:
            self.states[act.record] = target
        elif state not in settled and state != target:
            self.rejected += 1
