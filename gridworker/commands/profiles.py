"""Verbs about the profile itself: new, join, backup, restore, doctor."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from gridworker.commands.call import Call
from gridworker.errors import BackupInvalid, ProfileExists
from gridworker.models.days import Clock
from gridworker.models.ids import new_id

if TYPE_CHECKING:
    from gridworker.store.keys import KdfCost
    from gridworker.store.store import Store

_BATCH = 8000


def new(call: Call) -> dict[str, object]:
    """Found a community on this computer; it can join a server later."""
    given = call.arguments
    if given.practice:
        store = new_practice(call.folder, call.passphrase)
    else:
        store = new_community(
            call.folder, call.passphrase, given.name, given.code, given.secretary, given.login
        )
    try:
        found = store.identity
        return {"community": found.community_name, "code": found.community_code, "login": found.login}
    finally:
        store.close()


def new_community(
    folder: Path,
    passphrase: str,
    name: str,
    code: str,
    secretary: str,
    login: str,
    cost: KdfCost | None = None,
) -> Store:
    """A real community, alone on this computer. Raises FieldInvalid, PracticeMix, ProfileExists, WeakPassphrase."""
    from gridworker.services.founding import Founding, found_community
    from gridworker.store.audit import Act
    from gridworker.store.state import NewProfile
    from gridworker.store.store import Store, new_incarnation

    founded = found_community(Founding(name, code, secretary, login, Clock().today()))
    known = NewProfile(
        founded.community_id, "self", False, new_id(), 1, new_incarnation(), founded.member_id, login
    )
    store = Store.create(folder, passphrase, known, cost=cost)
    store.found([founded.drafts], Act("community_founded"))
    return store


def new_practice(folder: Path, passphrase: str, cost: KdfCost | None = None) -> Store:
    """The practice community, alone on this computer, seen as its secretary."""
    from gridworker.practice.clock import practice_clock
    from gridworker.practice.community import founding_drafts
    from gridworker.store.audit import Act
    from gridworker.store.state import NewProfile
    from gridworker.store.store import Store, new_incarnation

    drafts = list(founding_drafts())
    secretary = next(d for d in drafts if d.entity == "account" and d.set["login"] == "shuji")
    member = secretary.set["member_id"]
    assert isinstance(member, bytes)
    known = NewProfile(drafts[0].record, "self", True, new_id(), 1, new_incarnation(), member, "shuji")
    store = Store.create(folder, passphrase, known, practice_clock(Clock()), cost)
    store.found([drafts[at : at + _BATCH] for at in range(0, len(drafts), _BATCH)], Act("community_founded"))
    while store.index_some():
        pass
    return store


def join(call: Call) -> dict[str, object]:
    """Enrol this computer with a one-time code and fetch the account's data."""
    from gridworker.commands.exchange import exchange_until_done
    from gridworker.practice.clock import practice_clock
    from gridworker.sync.enrolment import join as enrol
    from gridworker.sync.transport.http import HttpTransport

    given = call.arguments
    transport = HttpTransport(given.server)
    clock = practice_clock(Clock()) if given.practice else Clock()
    store = enrol(
        call.folder, call.passphrase, given.server, given.code, transport, clock, practice=given.practice
    )
    try:
        call.say("cli.joined")
        return {**exchange_until_done(store, transport), "login": store.known.login}
    finally:
        store.close()


def backup(call: Call) -> dict[str, object]:
    """Write a verified encrypted copy."""
    with call.opened() as store:
        made = store.back_up(Path(call.arguments.to) if call.arguments.to else None)
    return {"backup": str(made), "bytes": sum(file.stat().st_size for file in made.iterdir())}


def restore(call: Call) -> dict[str, object]:
    """Put a backup in the place of a profile that is lost; the backup's passphrase opens it."""
    from gridworker.store import backup as copies
    from gridworker.files import make_folder, plain_errors
    from gridworker.store.keys import KEY_FILE, unwrap
    from gridworker.store.store import DATABASE_FILE

    source = Path(call.arguments.source)
    if not (source / "database.db").exists() or not (source / KEY_FILE).exists():
        raise BackupInvalid(path=str(source), why="files are missing")
    copies.check(source, unwrap(source, call.passphrase, Clock().now()))
    if (call.folder / DATABASE_FILE).exists():
        raise ProfileExists(folder=str(call.folder))
    make_folder(call.folder)
    with plain_errors(call.folder):
        shutil.copy2(source / "database.db", call.folder / DATABASE_FILE)
        shutil.copy2(source / KEY_FILE, call.folder / KEY_FILE)
    with call.opened() as store:
        store.begin_incarnation()
        return {"restored": str(call.folder), "community": store.identity.community_name}


def doctor(call: Call) -> dict[str, object]:
    """Check everything that can be checked: file, figures, audit chain, references."""
    from gridworker.store.queries.health import examine

    with call.opened() as store:
        report = examine(store)
    return {"healthy": not report, "findings": list(report), "profile": str(call.folder)}
