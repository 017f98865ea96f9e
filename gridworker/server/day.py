"""The beginning of a day on the server, before its first request is looked at: plans for the trees that were accepted
for it are carried out, what has ended is deleted, and the feed forgets what is old."""

from __future__ import annotations

from dataclasses import dataclass

from gridworker.models.validation import Rules
from gridworker.server import compaction, ending, receipts, rehoming, trail
from gridworker.server.database import Domain, ServerDatabase, lock_domain, only_domain
from gridworker.server.holding import expire
from gridworker.server.pointers import write_feed
from gridworker.store.audit import Act
from gridworker.store.connection import Connection
from gridworker.store.reorganising import carry_out_planned
from gridworker.store.workspace import Shape, Workspace


@dataclass
class Days:
    """Remembers the day that has begun: `begin` does something only once a day."""

    _begun: str = ""

    def begin(self, database: ServerDatabase) -> None:
        """Raises what a transaction may raise; then the day begins with the next call."""
        today = database.clock.today()
        if today == self._begun:
            return
        with database.read() as connection:
            domain_id = only_domain(connection).id
        now = database.clock.milliseconds()
        database.transact(lambda connection: _begin(connection, domain_id, today, now))
        self._begun = today


def _begin(connection: Connection, domain_id: bytes, today: str, now: int) -> None:
    _carry_out_plans(connection, lock_domain(connection, domain_id), today, now)
    ending.end_needs(connection, domain_id, today, of_yesterday=True)
    workspace = Workspace(connection, Shape(domain_id))
    expire(workspace, today)
    ending.empty_conflicts(workspace, today)
    ending.forget_reporters(workspace, today)
    write_feed(connection, lock_domain(connection, domain_id), workspace.flush())
    receipts.forget_old(connection, domain_id, now)
    compaction.compact(connection, lock_domain(connection, domain_id), today)


def _carry_out_plans(connection: Connection, domain: Domain, today: str, now: int) -> None:
    due = connection.exec_driver_sql(
        "SELECT id FROM tree_plan WHERE domain_id = ? AND state = 'planned' AND deleted = 0 AND effective_on <= ? "
        "ORDER BY effective_on, id",
        (domain.id, today),
    ).fetchall()
    for (plan_id,) in due:
        workspace = Workspace(connection, Shape(domain.id))
        plan = workspace.get("tree_plan", plan_id)
        if plan is not None:
            carry_out_planned(workspace, plan, today, Rules(today=today, practice=domain.practice))
            written = workspace.flush()
            domain = rehoming.follow(connection, write_feed(connection, domain, written), written, today)
            trail.note(connection, domain.id, Act("plan_carried_out", "tree_plan", plan_id), None, now)
