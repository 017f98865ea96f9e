"""`backup` and `restore`: an encrypted copy in a folder of its own, whatever kind of database it is taken from or put
into, so that a community can also move from one kind to the other."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from gridworker.errors import BackupInvalid, ProfileExists
from gridworker.files import plain_errors, sync_folder
from gridworker.models.days import Clock
from gridworker.server import checks
from gridworker.server.copying import begin_new_life, copy_all
from gridworker.server.database import (
    DATABASE_FILE,
    KEY_FILE,
    ServerDatabase,
    only_domain,
    read_key,
    write_key,
)
from gridworker.server.verbs.asked import Say, opened, place


def backup(asked: argparse.Namespace, say: Say) -> None:
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
        head = _checked(part)
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
    say(f"{target}: {rows} rows, {size} bytes", backup=str(target), rows=rows, bytes=size, head=head)


def _checked(folder: Path) -> int:
    """The head of a copy that agrees with itself. Raises BackupInvalid for one that does not."""
    copy = ServerDatabase.open(folder, Clock())
    try:
        with copy.read() as connection:
            domain = only_domain(connection)
            found = checks.findings(connection, domain)
    finally:
        copy.close()
    if found:
        raise BackupInvalid(path=str(folder), why=found[0])
    return domain.head


def restore(asked: argparse.Namespace, say: Say) -> None:
    source: Path = asked.source
    if not (source / DATABASE_FILE).is_file():
        raise BackupInvalid(path=str(source), why=f"no {DATABASE_FILE}")
    copy = ServerDatabase.open_with(source, read_key(asked.key or source / KEY_FILE), Clock())
    try:
        with copy.read() as connection:
            domain = only_domain(connection)
            found = checks.findings(connection, domain)
        if found:
            raise BackupInvalid(path=str(source), why=found[0])
        rows = _put(asked, copy)
    finally:
        copy.close()
    say(
        f"{domain.name} ({domain.code}): {rows} rows; every device fetches its data again",
        community=domain.name,
        code=domain.code,
        rows=rows,
        head=domain.head,
    )


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
