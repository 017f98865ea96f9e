"""`account`: who may be invited. A member of the community gets a login here; what they may see follows from their
posts."""

from __future__ import annotations

import argparse

from gridworker.errors import FieldInvalid, NotFound
from gridworker.models.ids import new_id
from gridworker.models.op import Draft, OpKind
from gridworker.models.sizes import file_bytes
from gridworker.server import auth, authority, sums
from gridworker.server.database import Domain, only_domain
from gridworker.server.scope import Scopes
from gridworker.server.verbs.asked import Say, opened
from gridworker.store.audit import Act
from gridworker.store.connection import Connection
from gridworker.store.room import size_text


def account(asked: argparse.Namespace, say: Say) -> None:
    """Give a member a login, close one, or list them all; with `--sizes`, what a laptop of each will hold."""
    if asked.sizes:
        _tell_sizes(asked, say)
        return
    with opened(asked) as database, database.write() as connection:
        domain = only_domain(connection)
        now = (database.clock.today(), database.clock.milliseconds())
        if asked.login and asked.close:
            _close(connection, domain, asked.login, now)
        elif asked.login:
            _make(connection, domain, asked.login, asked.member, now)
        rows = connection.exec_driver_sql(
            "SELECT a.login, m.name, a.state FROM account a JOIN member m ON m.domain_id = a.domain_id "
            "AND m.id = a.member_id WHERE a.domain_id = ? AND a.deleted = 0 ORDER BY a.login",
            (domain.id,),
        ).fetchall()
    for login, member, state in rows:
        if not asked.login or login == asked.login:
            say(f"{login:16}  {state:8}  {member}", login=login, member=member, state=state)


def _tell_sizes(asked: argparse.Namespace, say: Say) -> None:
    with opened(asked) as database, database.read() as connection:
        domain, today = only_domain(connection), database.clock.today()
        rows = connection.exec_driver_sql(
            "SELECT id, member_id, login FROM account WHERE domain_id = ? AND deleted = 0 AND state = 'active' "
            "ORDER BY login",
            (domain.id,),
        ).fetchall()
        scopes = Scopes()
        for account_id, member_id, login in rows:
            if asked.login and login != asked.login:
                continue
            view = scopes.of_account(connection, domain, account_id, member_id, today)
            records = sums.records_in(connection, domain.id, view.ids)
            roles = tuple(dict.fromkeys(grant.role.code for grant in view.grants))
            count, size = sum(records.values()), file_bytes(records)
            say(
                f"{login:16}  {count:>9,} records  {size_text(size):>8}  {', '.join(roles)}",
                login=login,
                roles=roles,
                records=count,
                bytes=size,
            )


def _make(connection: Connection, domain: Domain, login: str, member: str, now: tuple[str, int]) -> None:
    """Raises NotFound unless exactly one member has this name, FieldInvalid for a login that is taken or unfit."""
    taken = connection.exec_driver_sql(
        "SELECT 1 FROM account WHERE domain_id = ? AND login = ?", (domain.id, login)
    ).fetchone()
    if taken is not None:
        raise FieldInvalid(entity="account", record="", field="login", reason="taken")
    found = connection.exec_driver_sql(
        "SELECT id FROM member WHERE domain_id = ? AND name = ? AND deleted = 0", (domain.id, member)
    ).fetchall()
    if len(found) != 1:
        raise NotFound(member=member, found=len(found))
    values: dict[str, None | int | str | bytes] = {
        "member_id": found[0][0],
        "login": login,
        "state": "active",
    }
    record = new_id()
    draft = Draft("account", record, OpKind.CREATE, values)
    authority.act(connection, domain, [draft], Act("account_made", "account", record), now)


def _close(connection: Connection, domain: Domain, login: str, now: tuple[str, int]) -> None:
    known = auth.account_by(connection, domain.id, "login", login)
    if known is None:
        raise NotFound(login=login)
    draft = Draft("account", known.id, OpKind.SET, {"state": "closed"}, {"state": "active"})
    authority.act(connection, domain, [draft], Act("account_closed", "account", known.id), now)
