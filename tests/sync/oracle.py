"""What must come of a schedule of saves, exchanges and faults, in plain Python: the village's picture says who sees
what, this says what the server must hold. Nothing here knows how the product does it."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
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


#: A device: its account's login, and the how-manieth of it.
Who = tuple[str, int]


@dataclass
class Device:
    """What a device has saved, in its order; `serial` tells it from the one before it."""

    serial: int = 0
    saved: list[Act] = field(default_factory=list)


@dataclass
class Books:
    """What the server must hold: `values` by (record, field); `states` of plan items; what waits for people; of every
    act that was judged the batch that brought it. A copy of the server is a copy of these."""

    picture: Picture
    values: dict[tuple[str, str], Any] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    visits: list[str] = field(default_factory=list)
    deleted: set[str] = field(default_factory=set)
    merged: bool = False
    was_merged: bool = False
    conflicts: dict[tuple[str, str, Who], tuple[Any, Any, str]] = field(default_factory=dict)
    held: list[str] = field(default_factory=list)
    rejected: int = 0
    judged: dict[int, int] = field(default_factory=dict)
    batches: int = 0


@dataclass
class Oracle:
    """`kept` is the copy of the server; while it collects after it was put back, `offered` is what came from each device
    and its id, `places` the old batch of what a device has a receipt for, `complete` who had nothing more."""

    books: Books
    devices: dict[str, Device]
    alias: tuple[str, str]
    kept: Books | None = None
    collecting: bool = False
    offered: dict[Who, tuple[bytes, dict[int, Act]]] = field(default_factory=dict)
    places: Mapping[int, int] = field(default_factory=dict)
    complete: set[Who] = field(default_factory=set)

    def who(self, login: str) -> Who:
        return login, self.devices[login].serial

    def waiting(self, login: str) -> list[Act]:
        """What `login`'s device has saved and the server has not judged."""
        return [act for act in self.devices[login].saved if act.number not in self.books.judged]

    def deliver(self, who: Who, acts: Iterable[Act], *, poisoned: bool) -> None:
        """One request has brought `acts` to the server; on poison it fails while it is `poisoned`."""
        self.books.batches += 1
        for act in acts:
            if act.number not in self.books.judged and not (poisoned and act.kind == "poison"):
                self._judge(who, act)

    def begin_anew(self, login: str, saved: list[Act]) -> None:
        """From now on `login` has another device, which has `saved`: what had arrived is not judged twice."""
        device = self.devices[login]
        device.serial, device.saved = device.serial + 1, list(saved)

    # -- a server put back -----------------------------------------------------------------------------------

    def keep(self) -> None:
        self.kept = copy.deepcopy(self.books)

    def put_back(self, receipts: set[int]) -> None:
        """The server is the copy; devices hold `receipts` for acts with these numbers."""
        assert self.kept is not None
        forgotten = self.books.judged.items() - self.kept.judged.items()
        self.places = {number: batch for number, batch in forgotten if number in receipts}
        self.books, self.kept, self.collecting = self.kept, None, True

    def collect(self, who: Who, device_id: bytes, acts: Iterable[Act]) -> None:
        """A request to a server that collects: nothing is judged."""
        _, found = self.offered.setdefault(who, (device_id, {}))
        found.update((act.number, act) for act in acts)
        login, serial = who
        left = {act.number for act in self.waiting(login) if act.kind != "poison"} - found.keys()
        if serial == self.devices[login].serial and not left:
            self.complete.add(who)

    def go_on(self, *, poisoned: bool) -> None:
        """What was collected is judged in its old order: by the batch that had brought it; without a receipt with what
        its device did before that, and at the end where there is no such thing."""
        self.collecting, order = False, []
        for who, (device_id, found) in self.offered.items():
            acts = sorted(found.values(), key=lambda act: act.number)
            had = [number for number, act in enumerate(acts) if act.number in self.places]
            reached = 0
            for number, act in enumerate(acts):
                reached = max(reached, self.places.get(act.number, 0))
                late = not had or number > had[-1]
                order.append(((late, 0 if late else reached, device_id, number), who, act))
        for _, who, act in sorted(order, key=lambda item: item[0]):
            self.deliver(who, [act], poisoned=poisoned)

    # -- judging ---------------------------------------------------------------------------------------------

    def _judge(self, who: Who, act: Act) -> None:
        books = self.books
        books.judged[act.number] = books.batches
        record, home = self._stands_for(act)
        if act.kind == "delete" and record in books.deleted:
            return
        if act.kind == "restore" and record not in books.deleted:
            return
        if act.kind == "unmerge" and books.was_merged and not books.merged:
            return
        if not self._may(who[0], act, home):
            books.held.append(act.record)
            return
        if act.kind in ("visit", "poison"):
            books.visits.append(act.record)
        elif act.kind == "edit":
            self._edit(who, act, record)
        elif act.kind == "event":
            self._event(act)
        elif act.kind == "delete":
            books.deleted.add(record)
        elif act.kind == "restore":
            books.deleted.discard(record)
        else:
            books.merged = act.kind == "merge"
            books.was_merged = True

    def _may(self, login: str, act: Act, home: str) -> bool:
        homes = [home]
        if act.kind == "merge" and not self.books.merged:
            homes.append(self.alias[0].removesuffix("_r"))
        if act.kind == "unmerge" and not self.books.was_merged:
            return False  # it leans on a merge that was held
        return all(self.books.picture.lies[name] in self.books.picture.sees(login) for name in homes)

    def _stands_for(self, act: Act) -> tuple[str, str]:
        """The record that an act is about, and its home: the winner's where it was merged into another one."""
        loser, winner = self.alias
        if self.books.merged and act.record == loser and act.kind in ("edit", "delete", "restore"):
            return winner, winner.removesuffix("_r")
        return act.record, act.home

    def _edit(self, who: Who, act: Act, record: str) -> None:
        there = self.books.values.get((record, act.field))
        if there == act.value:
            return
        gone = record in self.books.deleted
        if not gone and (there == act.base or act.field == "visit_opt_out"):
            self.books.values[record, act.field] = act.value
            return
        key = (act.record, act.field, who)
        self.books.conflicts[key] = (act.value, there, "edited_after_delete" if gone else "field")

    def _event(self, act: Act) -> None:
        state = self.books.states[act.record]
        sources, target, settled = EVENTS[act.field]
        if state in sources:
            self.books.states[act.record] = target
        elif state not in settled and state != target:
            self.books.rejected += 1
