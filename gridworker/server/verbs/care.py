"""`move`, `stats`, `verify`, `recover`, `lease`, `held`: what an administrator does to a community, and looks at."""

from __future__ import annotations

import argparse

from gridworker.errors import NotFound
from gridworker.server import authority, checks, ending, recovery, rehoming, trail
from gridworker.server.database import lock_domain, only_domain
from gridworker.server.figures import figures
from gridworker.server.pointers import write_feed
from gridworker.server.verbs.asked import Say, opened
from gridworker.store.lease import DAYS
from gridworker.store.workspace import Shape, Workspace


def move(asked: argparse.Namespace, say: Say) -> None:
    """One household or area, with --to; or, with --finish, what is left of a stairwell that changed its micro-grid."""
    if asked.finish is (asked.to is not None):
        raise SystemExit("gridworker-server move: --to goes with --household or --area, and --finish alone")
    if asked.finish:
        _finish_moving(asked, say)
        return
    with opened(asked) as database, database.write() as connection:
        domain = only_domain(connection)
        now = (database.clock.today(), database.clock.milliseconds())
        if asked.household:
            rows = authority.move_household(connection, domain, asked.household, asked.to, now)
        else:
            rows = authority.move_area(connection, domain, asked.area, asked.to, now)
    what = asked.household or asked.area
    say(f"{what} → {asked.to}: {rows} rows", moved=what, to=asked.to, rows=rows)


def _finish_moving(asked: argparse.Namespace, say: Say) -> None:
    with opened(asked) as database:
        total = rehoming.go_on(
            database,
            told=lambda rows, left: say(f"{rows} rows, {left} stairwells left", rows=rows, left=left),
        )
    say(f"{total} rows moved, nothing left to follow", moved="stairwells", rows=total)


def stats(asked: argparse.Namespace, say: Say) -> None:
    with opened(asked) as database, database.read() as connection:
        found = figures(connection, only_domain(connection), database.clock.milliseconds())
    if asked.json:
        say("", **found)
        return
    for name, value in found.items():
        say(f"{name:20} {value}")


def verify(asked: argparse.Namespace, say: Say) -> int:
    """1 when something does not agree. The head of the audit chain that is printed belongs on paper elsewhere."""
    noted = _noted(asked.noted)
    with opened(asked) as database, database.read() as connection:
        domain = only_domain(connection)
        found = checks.findings(connection, domain, noted)
        number, last = trail.head(connection, domain.id)
    head = f"{number}:{last.hex()}"
    if asked.json:
        say("", sound=not found, findings=found, audit_head=head)
    else:
        for line in found:
            say(line)
        say(f"audit head {head}" + ("" if found else "  everything agrees"))
    return 1 if found else 0


def recover(asked: argparse.Namespace, say: Say) -> None:
    """End the wait for devices after a restore, and apply what they have offered."""
    with opened(asked) as database, database.write() as connection:
        domain = lock_domain(connection, only_domain(connection).id)
        if not recovery.life_of(connection, domain.id).recovering_until:
            raise NotFound(what="recovery")
        now = database.clock.milliseconds()
        ops = recovery.close(connection, domain.id, database.clock.today(), now)
    say(f"{ops} changes applied in their old order", ops=ops)


def retention(asked: argparse.Namespace, say: Say) -> None:
    """What the beginning of a day does by itself: demands that ended two years ago lose whoever stands in them."""
    with opened(asked) as database, database.write() as connection:
        domain = lock_domain(connection, only_domain(connection).id)
        today = database.clock.today()
        found = len(ending.due_to_forget(connection, domain.id, today))
        if not asked.dry_run:
            workspace = Workspace(connection, Shape(domain.id))
            ending.forget_reporters(workspace, today)
            write_feed(connection, domain, workspace.flush())
    done = 0 if asked.dry_run else found
    say(f"{found} demands are due, {done} done", due=found, done=done)


def lease(asked: argparse.Namespace, say: Say) -> None:
    """Without --days only say what it is."""
    with opened(asked) as database, database.write() as connection:
        domain = only_domain(connection)
        if asked.days:
            authority.set_lease(connection, domain, asked.days, database.clock.milliseconds())
    days = asked.days or domain.lease_days or DAYS
    say(f"{days} days", days=days)


def held(asked: argparse.Namespace, say: Say) -> None:
    if asked.decision == "list":
        _list_held(asked, say)
        return
    event = asked.decision.replace("-", "_")
    values = {"reason": asked.reason, "to": asked.to or ""}
    with opened(asked) as database, database.write() as connection:
        now = (database.clock.today(), database.clock.milliseconds())
        decided = authority.decide_held(
            connection, only_domain(connection), asked.act or "", event, values, now
        )
    say(f"{decided.hex()[:8]} {event}", act=decided.hex(), decision=event)


def _list_held(asked: argparse.Namespace, say: Say) -> None:
    with opened(asked) as database, database.read() as connection:
        rows = authority.held_acts(connection, only_domain(connection))
    for record, state, reason, day, writer, area, entity in rows:
        facts = {"state": state, "reason": reason, "on": day, "by": writer, "area": area, "entity": entity}
        say(f"{record.hex()[:8]}  {day}  {state:11}  {reason:10}  {area:20}  {entity:14}  {writer}",
            act=record.hex(), **facts)  # fmt: skip


def _noted(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    number, _, digest = text.partition(":")
    if not (number.isascii() and number.isdigit() and len(digest) == 64):
        raise SystemExit("gridworker-server verify: --noted is N:HASH, as an earlier verify printed it")
    return int(number), digest
