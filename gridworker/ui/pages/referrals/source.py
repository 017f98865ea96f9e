"""The questions and acts of the page of referrals, put to the open profile. Runs away from the window."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from gridworker.errors import NotFound
from gridworker.models.demand import DEMAND_PACKAGE
from gridworker.models.demand_machine import REFERRAL_STATES
from gridworker.models.roles import Grant
from gridworker.services import acts, catalogues, packages, referrals, steps
from gridworker.services.acts import Done
from gridworker.services.packages import Members
from gridworker.services.undo import Undone, undo_at_once
from gridworker.store.queries import demands as demand_reading
from gridworker.store.queries import packages as package_reading
from gridworker.store.queries import referrals as reading
from gridworker.store.queries import steps as step_reading
from gridworker.store.queries.packages import PackageDetail, PackageRow, StubRow
from gridworker.store.queries.referrals import ReferralRow
from gridworker.store.rows import Scope
from gridworker.ui.pages.demands.words import Names

RECEIVED, PACKAGE, STUB = "referral", DEMAND_PACKAGE.name, "demand_stub"
#: What still asks for something; the rest is shown when all of it is wanted.
PENDING = ("open", "accepted", "handled")


@dataclass(frozen=True)
class Board:
    """The lists of one node. `packages_open` take more in; `may_package`: this account makes joint submissions."""

    received: tuple[ReferralRow, ...]
    packages: tuple[PackageRow, ...]
    stubs: tuple[StubRow, ...]
    names: Names
    may_package: bool
    now: str

    @property
    def packages_open(self) -> tuple[PackageRow, ...]:
        return tuple(row for row in self.packages if row.state == "collecting")


@dataclass(frozen=True)
class Chosen:
    """One record with the `steps` this account may take now."""

    kind: str
    record: bytes
    steps: tuple[str, ...] = ()
    referral: ReferralRow | None = None
    rounds: tuple[ReferralRow, ...] = ()
    package: PackageDetail | None = None
    stub: StubRow | None = None


class ReferralsSource:
    """`store` is the open profile; the window passes it on to queries and services and asks it nothing else. `scope`
    is the node that is shown, `every` whether what is over is listed too."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.scope: Scope | None = None
        self.every = False

    def board(self) -> Board:
        store, areas = self._store, self._areas()
        states = REFERRAL_STATES if self.every else PENDING
        return Board(
            reading.referrals(store, areas, states),
            package_reading.packages(store, areas),
            package_reading.stubs(store, areas),
            _names(store),
            may_package=bool(packaging(store.grants())),
            now=demand_reading.now_of(store),
        )

    def _areas(self) -> Collection[bytes] | None:
        scope = self.scope
        if scope is None:
            return None
        with self._store.read() as connection:
            return demand_reading.nodes_inside(connection, scope)

    def choose(self, kind: str, record: bytes) -> Chosen:
        """Raises NotFound for a record that is gone."""
        store = self._store
        if kind == RECEIVED:
            row = reading.referral(store, record)
            if row is None:
                raise NotFound(what=RECEIVED)
            possible = referrals.next_steps(store, record)
            return Chosen(kind, record, possible, referral=row, rounds=reading.rounds(store, row.demand_id))
        if kind == PACKAGE:
            possible = tuple(step.event for step in step_reading.next_steps(store, kind, record))
            return Chosen(kind, record, possible, package=package_reading.package(store, record))
        found = next((row for row in package_reading.stubs(store) if row.id == record), None)
        if found is None:
            raise NotFound(what=STUB)
        return Chosen(kind, record, stub=found)

    # -- acts --------------------------------------------------------------------------------------------------------

    def accept(self, records: Collection[bytes]) -> Done:
        return referrals.accept_all(self._store, tuple(records))

    def handle(self, records: Collection[bytes], kind: str, result: str) -> Done:
        return referrals.handle_all(self._store, tuple(records), kind, result)

    def reply(self, records: Collection[bytes], channel: str) -> Done:
        return referrals.reply_all(self._store, tuple(records), channel)

    def give_back(self, record: bytes, why: str) -> Done:
        return referrals.give_back(self._store, record, why)

    def collect(self, title: str, records: Collection[bytes], into: bytes | None = None) -> Done:
        """Put what was referred into the joint submission `into`, or into a new one called `title`."""
        members = Members(referrals=tuple(records))
        if into is not None:
            return packages.add(self._store, into, members)
        area = package_area(self._store, self.scope)
        return packages.collect(self._store, area, title, members)

    def take_out(self, package: PackageDetail) -> Done:
        """Everything leaves a joint submission that nobody hands in."""
        members = Members(
            tuple(one.id for one in package.members if not one.referred),
            tuple(one.id for one in package.members if one.referred),
        )
        return packages.leave(self._store, package.row.id, members)

    def cause(self, package_id: bytes, event: str) -> Done:
        return steps.cause(self._store, PACKAGE, package_id, event)

    def handle_package(self, package_id: bytes, handling: str, kind: str, level: str) -> Done:
        return packages.handle(self._store, package_id, handling, kind, level)

    def feed_back(self, package_id: bytes, feedback: str, channel: str) -> Done:
        return packages.feed_back(self._store, package_id, feedback, channel)

    def number_of(self, package_id: bytes) -> str:
        return str(acts.present_values(self._store, PACKAGE, package_id, ("no",))["no"])

    def act(self, work: Callable[[], Done]) -> Done:
        return work()

    def take_back(self, done: Done, reason: str) -> Undone:
        return undo_at_once(self._store, done.txns, reason)


def _names(store: Any) -> Names:
    found = (
        catalogues.entries(store, name, all_of_them=True) for name in ("demand_source", "demand_category")
    )
    sources, categories = ({entry.code: entry for entry in entries} for entries in found)
    return Names(sources, categories)


def packaging(grants: Collection[Grant]) -> tuple[bytes, ...]:
    """The nodes at which somebody with these posts makes joint submissions."""
    return tuple(
        grant.node_id
        for grant in grants
        if "join_package" in grant.role.demand_events and "demand" in grant.role.may
    )


def package_area(store: Any, scope: Scope | None) -> bytes:
    """Where a new joint submission lies: at the node that is shown, if its makers have a say there, else at their own.
    Raises NotFound for who makes none."""
    own = packaging(store.grants())
    if not own:
        raise NotFound(what=PACKAGE)
    with store.read() as connection:
        inside = demand_reading.nodes_inside(connection, scope) if scope is not None else frozenset()
    if scope is not None and scope.node_id in inside and any(node in inside for node in own):
        return next(node for node in own if node in inside)
    return own[0]
