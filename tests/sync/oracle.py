"""What must come of a schedule of saves, exchanges and faults, in plain Python: the village's picture says who sees
what, this says what the server must hold. Nothing here knows how the product does it."""

from __future__ import annotations

import copy
from collections import defaultdict
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
    """What a device has saved, in its order, and the numbers of those acts among it whose content it had to let go of:
    their home had left its person's sight."""

    who: Who
    saved: list[Act] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Sent:
    """An act in a request, at its place in the order of its device; only announced, it brings nothing."""

    seq: int
    act: Act
    announced: bool = False


@dataclass
class Books:
    """What the server must hold, so that a copy of it is a copy of this: `values` by (record, field); `states` of plan
    items; what waits for people, and the numbers of acts that were held; of every judged act the batch that brought
    it; of every device the last place. `told` are the nodes an account ever had in an exchange, `lay` those where a
    home ever lay.
    """

    picture: Picture
    values: dict[tuple[str, str], Any] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    visits: list[str] = field(default_factory=list)
    deleted: set[str] = field(default_factory=set)
    merged: bool = False
    was_merged: bool = False
    conflicts: dict[tuple[str, str, Who], tuple[Any, Any, str]] = field(default_factory=dict)
    held: list[tuple[str, str, str]] = field(default_factory=list)
    set_aside: set[int] = field(default_factory=set)
    rejected: int = 0
    judged: dict[int, int] = field(default_factory=dict)
    batches: int = 0
    last: dict[Who, int] = field(default_factory=dict)
    told: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    lay: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


@dataclass
class Oracle:
    """`kept` is the copy of the server; while it collects after it was put back, `offered` is what came from each
    device and its id, `batches` the old batch of what a device has a receipt for, `complete` who had nothing more."""

    books: Books
    devices: dict[str, Device]
    alias: tuple[str, str]
    kept: Books | None = None
    collecting: bool = False
    offered: dict[Who, tuple[bytes, dict[int, Sent]]] = field(default_factory=dict)
    batches: Mapping[int, int] = field(default_factory=dict)
    complete: set[Who] = field(default_factory=set)
    were_held: set[int] = field(default_factory=set)

    def waiting(self, login: str) -> list[Act]:
        """What `login`'s device has saved and the server has not judged."""
        return [act for act in self.devices[login].saved if act.number not in self.books.judged]

    def deliver(self, who: Who, request: Iterable[Sent], *, poisoned: bool) -> None:
        """One request has reached the server; on poison it fails while it is `poisoned`."""
        books = self.books
        books.batches += 1
        for sent in request:
            books.last[who] = max(sent.seq, books.last.get(who, 0))
            fails = sent.announced or (poisoned and sent.act.kind == "poison")
            if not fails and sent.act.number not in books.judged:
                self._judge(who, sent.act)
        books.told[who[0]] |= books.picture.sees(who[0])

    def save(self, login: str, act: Act) -> None:
        self.devices[login].saved.append(act)
        self.look_about()

    def begin_anew(self, login: str, copied: Device) -> None:
        """From now on `login` has another device, which holds what `copied` held: what had arrived is not judged
        twice."""
        number = self.devices[login].who[1] + 1
        self.devices[login] = Device((login, number), list(copied.saved), set(copied.hidden))
        self.look_about()

    def look_about(self) -> None:
        """What lies, or as far as a device knows may still lie, where its person does not look any more, it may let go
        of once it is answered."""
        books = self.books
        for home, node in books.picture.lies.items():
            books.lay[home].add(node)
        for login, device in self.devices.items():
            nodes = books.picture.sees(login)
            device.hidden |= {act.number for act in device.saved if not books.lay[act.home] <= nodes}

    # -- a server put back -----------------------------------------------------------------------------------

    def keep(self) -> None:
        self.kept = copy.deepcopy(self.books)

    def put_back(self, receipts: set[int], empty: set[int]) -> None:
        """The server is the copy. Devices hold `receipts` for the acts with these numbers, and of those of `empty` not
        what they said: it was held, or no matter of theirs any more, and then only the server had it."""
        assert self.kept is not None
        self.were_held = self.books.set_aside
        forgotten = self.books.judged.items() - self.kept.judged.items()
        self.batches = {number: batch for number, batch in forgotten if number in receipts}
        self.books, self.kept, self.collecting = self.kept, None, True
        for login in self.devices:
            self.let_go(login, empty)

    def let_go(self, login: str, empty: set[int]) -> None:
        """Nobody but the server that was put back had what these acts on `login`'s device said."""
        device = self.devices[login]
        lost = {act.number for act in device.saved} & empty
        assert lost <= device.hidden | self.were_held, (device.who, lost - device.hidden)
        device.saved = [act for act in device.saved if act.number not in lost]

    def collect(self, who: Who, device_id: bytes, request: Iterable[Sent]) -> None:
        """A request to a server that collects: nothing is judged."""
        _, found = self.offered.setdefault(who, (device_id, {}))
        found.update((sent.seq, sent) for sent in request)
        login, _ = who
        offered = {sent.act.number for sent in found.values()}
        left = {act.number for act in self.waiting(login) if act.kind != "poison"} - offered
        if who == self.devices[login].who and not left:
            self.complete.add(who)

    def go_on(self, *, poisoned: bool) -> None:
        """What was collected is judged in its old order: by the batch that had brought it; without a receipt with what
        its device did before that, and at the end where there is no such thing. What does not follow what the server
        knows of its device must come again."""
        self.collecting, order = False, []
        for who, (device_id, found) in self.offered.items():
            batch, seqs = 0, sorted(found)
            known = [seq for seq in seqs if found[seq].act.number in self.batches]
            if not seqs or seqs[0] > self.books.last.get(who, 0) + 1:
                continue
            for seq in seqs:
                batch = max(batch, self.batches.get(found[seq].act.number, 0))
                late = not known or seq > known[-1]
                order.append(((late, 0 if late else batch, device_id, seq), who, found[seq]))
        for _, who, sent in sorted(order, key=lambda item: item[0]):
            self.deliver(who, [sent], poisoned=poisoned)

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
        homes = [home]
        if act.kind == "merge" and not books.merged:
            homes.append(self.alias[0].removesuffix("_r"))
        if not self._may(who[0], act, homes):
            # what was merged into another record its author saw where it lay itself
            self._refuse(who[0], act, [act.home, *homes[1:]])
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

    def _may(self, login: str, act: Act, homes: Iterable[str]) -> bool:
        if act.kind == "unmerge" and not self.books.was_merged:
            return False  # it leans on a merge that was held
        return all(self.books.picture.lies[name] in self.books.picture.sees(login) for name in homes)

    def _refuse(self, login: str, act: Act, homes: Iterable[str]) -> None:
        """It is held if the server knows that this was once its author's matter, or holds another act about the same
        record; a server that was put back may have forgotten that."""
        books, matter = self.books, "event" if act.kind == "event" else "record"
        nodes = books.told[login] | books.picture.sees(login)
        own = all(books.lay[name] & nodes for name in homes)
        if act.kind == "unmerge" and not books.was_merged:
            own = False
        if own or (login, matter, act.record) in books.held:
            books.held.append((login, matter, act.record))
            books.set_aside.add(act.number)
        else:
            books.rejected += 1

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
