"""`invite`, `devices`, `revoke`, `drain`: who is let in, who is in, and who goes."""

from __future__ import annotations

import argparse

from gridworker.errors import NotFound
from gridworker.server import adoption, auth
from gridworker.server.database import ServerDatabase, only_domain
from gridworker.server.inventory import inventory
from gridworker.server.verbs.asked import Say, opened


def invite(asked: argparse.Namespace, say: Say) -> None:
    if asked.adopt:
        with opened(asked) as database:
            invite_community(database, say)
        return
    with opened(asked) as database, database.write() as connection:
        domain = only_domain(connection)
        account = auth.account_by(connection, domain.id, "login", asked.login)
        if account is None:
            raise NotFound(login=asked.login)
        code = auth.invite(connection, domain, database.pepper, account, database.clock.milliseconds())
    say(code, code=code, login=account.login, minutes=auth.CODE_MS // 60_000)


def invite_community(database: ServerDatabase, say: Say) -> None:
    """Print a code by which one community becomes this empty server's. Raises ServerOccupied."""
    with database.write() as connection:
        code = adoption.invite(connection, database.pepper, database.clock.milliseconds())
    say(code, code=code, adopt=True, minutes=auth.CODE_MS // 60_000)


def devices(asked: argparse.Namespace, say: Say) -> None:
    """All of them; with --device what lay on one when it last spoke."""
    if asked.device is not None:
        _one(asked, say)
        return
    with opened(asked) as database, database.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT number, login, state, app FROM device WHERE domain_id = ? ORDER BY number",
            (only_domain(connection).id,),
        ).fetchall()
    for number, login, state, app in rows:  # not how many ops: nobody's work is counted by person
        say(
            f"{number:02d}  {state:8}  {login or '-':16}  {app}",
            number=number,
            login=login,
            state=state,
            app=app,
        )


def _one(asked: argparse.Namespace, say: Say) -> None:
    with opened(asked) as database, database.read() as connection:
        found = inventory(connection, only_domain(connection), asked.device)
    head = f"{asked.device:02d}  {found.state}  {found.login}  last heard {found.heard_on or 'never'}"
    facts = {"state": found.state, "login": found.login, "heard_on": found.heard_on}
    behind = "" if found.complete else ", not up to date"
    say(head + behind, number=asked.device, **facts, complete=found.complete)
    for held in found.held:
        counts = ", ".join(f"{count} {entity}" for entity, count in held.counts.items())
        say(
            f"    {held.area} ({held.bucket_class}): {counts}",
            area=held.area,
            bucket=held.bucket_class,
            **held.counts,
        )


def revoke(asked: argparse.Namespace, say: Say) -> None:
    _stop(asked, say, draining=False)


def drain(asked: argparse.Namespace, say: Say) -> None:
    _stop(asked, say, draining=True)


def _stop(asked: argparse.Namespace, say: Say, *, draining: bool) -> None:
    with opened(asked) as database, database.write() as connection:
        domain, now = only_domain(connection), database.clock.milliseconds()
        stop = auth.drain_device if draining else auth.revoke_device
        if not stop(connection, domain.id, asked.device, now):
            raise NotFound(device=asked.device)
    state = "draining" if draining else "revoked"
    say(f"device {asked.device:02d} {state}", number=asked.device, state=state)
