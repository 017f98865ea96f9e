"""`init`: a server with one community in it, or an empty one for a community that started alone."""

from __future__ import annotations

import argparse
import sys

from gridworker.models.days import Clock
from gridworker.server.database import ServerDatabase, only_domain
from gridworker.server.init import found, practice_beginning, real_beginning
from gridworker.server.verbs.asked import Say, place
from gridworker.server.verbs.devices import invite_community
from gridworker.services.founding import Founding


def init(asked: argparse.Namespace, say: Say) -> None:
    clock, total = Clock(), 0
    if asked.adopt:
        database = ServerDatabase.create(place(asked), clock)
        try:
            invite_community(database, say)
        finally:
            database.close()
        return
    if asked.practice:
        beginning, total = practice_beginning()
    else:
        missing = [flag for flag in ("name", "code", "secretary", "login") if not getattr(asked, flag)]
        if missing:
            raise SystemExit(f"gridworker-server init: --practice, or --{' --'.join(missing)} is missing")
        beginning = real_beginning(
            Founding(asked.name, asked.code, asked.secretary, asked.login, clock.today())
        )

    def progress(rows: int) -> None:
        if total and not asked.json:
            print(f"{rows} / {total}", file=sys.stderr)

    database = found(place(asked), beginning, clock, progress)
    with database.read() as connection:
        domain = only_domain(connection)
    database.close()
    say(f"{domain.name} ({domain.code})", community=domain.name, code=domain.code, rows=domain.head)
