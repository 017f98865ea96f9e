"""Whether other people's rows may be seen: not once the lease is out, and not in a restored copy before the server
said what has left and what was erased. Then every question sees other tables in the place of those in the file."""

from __future__ import annotations

from gridworker.models.days import Clock
from gridworker.models.entity import BucketClass, BucketVia, Entity
from gridworker.models.registry import ENTITIES
from gridworker.store import lease, state
from gridworker.store.connection import Connection
from gridworker.store.database import Database
from gridworker.store.lease import Lease, Mark, Uptime
from gridworker.store.outbox import UNANSWERED
from gridworker.store.state import NewProfile
from gridworker.store.statements import run

#: local_state: a copy carries it; LISTED once scope and erasures were applied, empty after a whole exchange. STOPPED:
#: the server has stopped this device.
SEALED = "sealed"
COPY, LISTED, STOPPED = b"1", b"2", b"3"


def is_joined(known: NewProfile) -> bool:
    """True for a profile with a real server: a community that stands alone and the practice one have no lease."""
    return known.authority == "server" and not known.practice


class Sight:
    """What this profile may show now. `hidden` is asked before every question, so it only reckons."""

    def __init__(self, known: NewProfile, up: Uptime = lease.uptime) -> None:
        self._joined, self.up = is_joined(known), up
        self._sealed = False
        self._until: int | None = None
        self._mark: Mark | None = None

    def look(self, connection: Connection) -> None:
        """Read again what is kept; called when a profile opens and after every exchange."""
        raw = state.get(connection, lease.UNTIL)
        self._sealed = self._joined and bool(state.get(connection, SEALED))
        self._mark = lease.known_mark(connection)
        self._until = int(raw) if raw and self._joined else None

    def lease(self, clock: Clock) -> Lease | None:
        """The lease as it stands, None where there is none."""
        if self._until is None or self._mark is None:
            return None
        return Lease(self._until, lease.server_now(self._mark, clock, self.up))

    @property
    def sealed(self) -> bool:
        return self._sealed

    def hidden(self, clock: Clock) -> bool:
        held = self.lease(clock)
        return self._sealed or (held is not None and held.out)

    def open(self, database: Database, clock: Clock) -> None:
        """The profile is being opened: note how late it is, and give one from before there were leases its first."""
        if not self._joined:
            return
        with database.write() as connection:
            if state.get(connection, lease.UNTIL) is None:
                heard = int(state.get(connection, "last_sync_at") or 0) or clock.milliseconds()
                state.put(connection, lease.renewed(heard, lease.DAYS, clock, self.up))
            lease.go_on(connection, clock, self.up)
            self.look(connection)


def cover(connection: Connection) -> None:
    """For the rest of this transaction, which must be rolled back: only own unsent work is seen, with the household
    or other target it hangs on, and what everybody may know."""
    run(connection, "CREATE TEMP TABLE own_unsent (id BLOB PRIMARY KEY)")
    run(
        connection,
        f"INSERT OR IGNORE INTO own_unsent SELECT record_id FROM main.outbox WHERE {UNANSWERED} "
        "UNION SELECT target_id FROM main.draft WHERE target_id IS NOT NULL",
    )
    for entity in reversed(ENTITIES):
        if entity.bucket.via is BucketVia.PARENT:
            field = entity.bucket.field
            run(
                connection,
                f"INSERT OR IGNORE INTO own_unsent SELECT {field} FROM main.{entity.name} "
                f"WHERE {field} IS NOT NULL AND id IN (SELECT id FROM own_unsent)",
            )
    for entity in covered():
        _stand_in(connection, entity.name, "id IN (SELECT id FROM own_unsent)")
    _stand_in(connection, "history", "record_id IN (SELECT id FROM own_unsent)")
    _stand_in(connection, "household_stat", "household_id IN (SELECT id FROM own_unsent)")
    for table in ("day_stat", "span_stat", "demand_day", "seen_span", "home_stat", "cover_stat", "find_key"):
        _stand_in(connection, table, "0")


def _stand_in(connection: Connection, table: str, condition: str) -> None:
    """A table of the same name and with the same indexes that holds only the rows of `condition`: statements find it
    before the one in the file."""
    indexes = run(
        connection,
        "SELECT sql FROM main.sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL",
        (table,),
    ).fetchall()
    run(connection, f"CREATE TEMP TABLE {table} AS SELECT * FROM main.{table} WHERE {condition}")
    for (sql,) in indexes:
        run(connection, sql.replace(" INDEX ", " INDEX temp.", 1))


def covered() -> tuple[Entity, ...]:
    """The entities whose rows are hidden: all that are not common knowledge."""
    return tuple(entity for entity in ENTITIES if entity.bucket.bucket_class is not BucketClass.COMMON)
