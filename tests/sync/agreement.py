"""What must hold in a schedule's village: at the server and on the device that acted after every step, and everywhere
when it has come to rest."""

from __future__ import annotations

from gridworker.models.registry import ENTITIES
from gridworker.server import sums as server_sums
from gridworker.store import stuck
from gridworker.store import sums as store_sums
from gridworker.store.statistics import difference
from gridworker.sync.protocol.wire_rows import columns
from tests.contract.rig import Desk
from tests.contract.village import named
from tests.sync.differing import same
from tests.sync.offices import Offices
from tests.sync.schedule import DELETED, HOMES, VALUES, Step
from tests.sync.test_scope_moves import LOGINS
from tests.sync.versions import TODAY, speaking

AT_HOME = ("resident", "visit", "plan_item", "conflict", "record_alias")
#: A device that is not quiet after so many rounds never will be.
ROUNDS = 12


class Agreement(Offices):
    """Plays steps, and compares the village with the oracle."""

    def play(self, step: Step) -> bool:
        """Do one step. False if there was nothing to do for it."""
        name, who, place, pick = step
        before, login = self.fired.total(), LOGINS[who % len(LOGINS)]
        getattr(self, name)(login, place, pick)
        if self.fired.total() == before:
            return False
        self._server_is_as_the_oracle_says()
        self._keeps_every_op(login)
        return True

    def _keeps_every_op(self, login: str) -> None:
        """The places of a device's ops have no gap; nothing is set aside but what the server fails on."""
        desk = self.desks[login]
        ((count, last, aside),) = desk.rows(
            "SELECT count(*), max(seq), coalesce(sum(state IN ('stuck', 'behind')), 0) FROM outbox WHERE seq > 0"
        )
        same(last or 0, count, login, "places")
        poison = [act for act in self.oracle.waiting(login) if act.kind == "poison"]
        assert aside <= len(poison), (login, aside, poison)

    def settle_and_compare(self) -> None:
        """The network comes back, the server is mended, everybody has today's version: all exchange until nothing moves
        any more."""
        self.poisoned = False
        for login in LOGINS:
            while self.versions[login] is not TODAY:
                self.upgrade(login, 0, 0)
            self.desks[login].store.use_clock(self.hands.clock())
        if self.oracle.collecting:
            for login, desk in self.desks.items():
                self._settle(login, desk)
        if self.oracle.collecting:
            self.go_on()
        for number in range(ROUNDS):
            moved = [self._settle(login, desk) for login, desk in self.desks.items()]
            if not any(moved):
                break
            self.note("round", number, moved)
        else:
            raise AssertionError("it never comes to rest")
        for login in LOGINS:
            same(self.oracle.waiting(login), [], login, "never arrived")
        self._server_is_as_the_oracle_says()
        for login, desk in self.desks.items():
            self._agrees(login, desk)

    def _settle(self, login: str, desk: Desk) -> bool:
        """True while anything was sent or fetched."""
        with desk.store.database.write() as connection:
            stuck.hurry(connection)
        with self.server(), speaking(self.versions[login]):
            done = desk.sync()
        return bool(done.sent or done.rows)

    def _server_is_as_the_oracle_says(self) -> None:
        rig, books = self.rig, self.oracle.books
        for name in HOMES:
            for what in VALUES:
                entity, record = ("resident", f"{name}_r") if what == "salutation" else ("household", name)
                found = rig.one(f"SELECT {what} FROM {entity} WHERE id = ?", named(record))
                same(found, books.values.get((record, what)), record, what)
            state = rig.one("SELECT state FROM plan_item WHERE id = ?", named(f"plan_{name}"))
            same(state, books.states[name], "plan", name)
        deleted = rig.one("SELECT deleted FROM resident WHERE id = ?", named(DELETED))
        same(deleted, int(DELETED in books.deleted), "deleted")
        living = rig.one("SELECT count(*) FROM record_alias WHERE deleted = 0")
        same(living, int(books.merged), "aliases")
        said = [row[0] for row in rig.rows("SELECT said FROM visit")]
        same(sorted(said), sorted(books.visits), "visits, each exactly once")
        members = {named(f"member_{login}"): login for login in LOGINS}
        names = {named(name): name for home_name in HOMES for name in (home_name, f"{home_name}_r")}
        conflicts = [
            (names[record], what, members[member], (mine, theirs, kind))
            for record, what, member, mine, theirs, kind in rig.rows(
                "SELECT record_id, field, by_member_id, mine, theirs, kind FROM conflict WHERE state = 'open'"
            )
        ]
        wanted = [
            (record, what, login, values) for (record, what, (login, _)), values in books.conflicts.items()
        ]
        same(sorted(conflicts, key=repr), sorted(wanted, key=repr), "conflicts")
        held = rig.one("SELECT count(*) FROM held_op WHERE state = 'open'")
        same(held, len(books.held), "held", books.held)

    def _agrees(self, login: str, desk: Desk) -> None:
        homes = self.picture.homes(login)
        same(desk.holds("household"), homes, login)
        for entity in ENTITIES:
            names = ", ".join(("bucket_id", *columns(entity.name)))
            theirs = {row[1]: row for row in self.rig.rows(f"SELECT {names} FROM {entity.name}")}
            mine = {row[1]: row for row in desk.rows(f"SELECT {names} FROM {entity.name}")}
            if entity.name in AT_HOME:
                place = 1 + columns(entity.name).index("household_id")
                wanted = {record: row for record, row in theirs.items() if row[place] in homes}
                same(mine, wanted, login, entity.name)
            seen = {row[0] for row in mine.values()}
            wanted = {record: row for record, row in theirs.items() if row[0] in seen}
            same(mine, wanted, login, entity.name)
        ended = "('done', 'rejected')"  # every op has its one end
        sql = f"SELECT seq, state FROM outbox WHERE state NOT IN {ended} OR result IS NULL"
        same(desk.rows(sql), [], login)
        with desk.store.read() as connection:
            same(difference(connection), [], login)
            held = store_sums.counted(connection, desk.kept().scope)
        with self.rig.database.read() as connection:
            same(server_sums.wrong(connection, named("root")), [], "sums")
            there = server_sums.of_buckets(connection, named("root"), desk.kept().scope)
        same(held, {place: kept for place, kept in there.items() if kept.n}, login, "sums")  # G5
