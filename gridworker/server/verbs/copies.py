"""`backup` and `restore`: an encrypted copy in a folder of its own, whatever kind of database it is taken from or put
into, so that a community can also move from one kind to the other."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from gridworker.errors import BackupInvalid, ProfileExists, ServerDisagrees
from gridworker.files import plain_errors, sync_folder
from gridworker.models.days import Clock
from gridworker.server import checks
from gridworker.server.copying import begin_new_life, copy_all
from gridworker.server.database import (
    DATABASE_FILE,
    KEY_FILE,
    Domain,
    ServerDatabase,
    only_domain,
    read_key,
    write_key,
)
from gridworker.server.verbs.asked import Say, opened, place


def backup(asked: argparse.Namespace, say: Say) -> int:
    """1 for a copy of a server that does not agree with itself, which is made only with `--anyway`."""
    target: Path = asked.to
    if target.exists():
        raise ProfileExists(folder=str(target))
    if asked.key_to is not None and asked.key_to.exists():
        raise ProfileExists(folder=str(asked.key_to))
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        with opened(asked) as source:
            copy = ServerDatabase.create(part, source.clock)
            try:
                rows = copy_all(source, copy)
            finally:
                copy.close()
        domain, found = _checked(part, source.where, asked)
        if asked.key_to is not None:
            write_key(asked.key_to, read_key(part / KEY_FILE))
            (part / KEY_FILE).unlink()
        with plain_errors(target):
            part.rename(target)
        sync_folder(target.parent)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    size = (target / DATABASE_FILE).stat().st_size
    say(
        "\n".join([*found, f"{target}: {rows} rows, {size} bytes"]),
        backup=str(target),
        rows=rows,
        bytes=size,
        head=domain.head,
        findings=found,
    )
    return 1 if found else 0


def _checked(folder: Path, of: str, asked: argparse.Namespace) -> tuple[Domain, list[str]]:
    """The community of a fresh copy of the server at `of`, and what does not agree in it."""
    copy = ServerDatabase.open(folder, Clock())
    try:
        return _judged(copy, of, asked)
    finally:
        copy.close()


def _judged(copy: ServerDatabase, of: str, asked: argparse.Namespace) -> tuple[Domain, list[str]]:
    """Raises ServerDisagrees where something does not agree and nobody said `--anyway`."""
    with copy.read() as connection:
        domain = only_domain(connection)
        found = checks.findings(connection, domain)
    if found and not asked.anyway:
        raise ServerDisagrees(path=of, why=found[0], count=len(found))
    return domain, found


def restore(asked: argparse.Namespace, say: Say) -> int:
    """1 for a copy that does not agree with itself, which is restored only with `--anyway`."""
    source: Path = asked.source
    if not (source / DATABASE_FILE).is_file():
        raise BackupInvalid(path=str(source), why=f"no {DATABASE_FILE}")
    copy = ServerDatabase.open_with(source, read_key(asked.key or source / KEY_FILE), Clock())
    try:
        domain, found = _judged(copy, str(source), asked)
        rows = _put(asked, copy)
    finally:
        copy.close()
    told = f"{domain.name} ({domain.code}): {rows} rows; every device fetches its data again"
    say(
        "\n".join([*found, told]),
        community=domain.name,
        code=domain.code,
        rows=rows,
        head=domain.head,
        findings=found,
    )
    return 1 if found else 0


def _put(asked: argparse.Namespace, copy: ServerDatabase) -> int:
    target = ServerDatabase.create(place(asked), copy.clock)
    try:
        with target.read() as connection:
            if connection.exec_driver_sql("SELECT 1 FROM domain_head LIMIT 1").scalar():
                raise ProfileExists(folder=target.where)
        rows = copy_all(copy, target)
        begin_new_life(target)
    finally:
        target.close()
    return rows
