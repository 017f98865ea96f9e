"""Verbs about the profile itself: new, join, backup, restore, doctor."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from gridworker.commands.call import Call
from gridworker.errors import BackupInvalid, ProfileExists, ServerOccupied
from gridworker.models.days import Clock
from gridworker.models.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gridworker.models.op import Draft
    from gridworker.store.keys import KdfCost
    from gridworker.store.store import Store
    from gridworker.sync.transport import Transport

_BATCH = 8000


def new(call: Call) -> dict[str, object]:
    """Found a community on this computer; it can join a server later."""
    given = call.arguments
    if given.practice:
        store = new_practice(call.folder, call.new_passphrase)
    else:
        store = new_community(
            call.folder, call.new_passphrase, given.name, given.code, given.secretary, given.login
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
    from gridworker.store.incarnation import new_incarnation
    from gridworker.store.state import NewProfile
    from gridworker.store.store import Store

    founded = found_community(Founding(name, code, secretary, login, Clock().today()))
    known = NewProfile(
        founded.community_id, "self", False, new_id(), 1, new_incarnation(), founded.member_id, login
    )
    return _founded(Store.create(folder, passphrase, known, cost=cost), [founded.drafts])


def _founded(store: Store, batches: Iterable[Sequence[Draft]]) -> Store:
    """Fill a new profile; a community that is refused leaves no profile behind."""
    from gridworker.store.audit import Act
    from gridworker.store.incarnation import INCARNATION_FILE
    from gridworker.store.keys import KEY_FILE
    from gridworker.store.store import DATABASE_FILE

    try:
        store.found(batches, Act("community_founded"))
    except BaseException:
        store.close()
        for name in (KEY_FILE, DATABASE_FILE, INCARNATION_FILE):
            (store.folder / name).unlink(missing_ok=True)
        raise
    return store


def new_practice(folder: Path, passphrase: str, cost: KdfCost | None = None) -> Store:
    """The practice community, alone on this computer, seen as its secretary."""
    from gridworker.practice.clock import practice_clock
    from gridworker.practice.community import founding_drafts
    from gridworker.store.incarnation import new_incarnation
    from gridworker.store.state import NewProfile
    from gridworker.store.store import Store

    drafts = list(founding_drafts())
    secretary = next(d for d in drafts if d.entity == "account" and d.set["login"] == "shuji")
    member = secretary.set["member_id"]
    assert isinstance(member, bytes)
    known = NewProfile(drafts[0].record, "self", True, new_id(), 1, new_incarnation(), member, "shuji")
    store = Store.create(folder, passphrase, known, practice_clock(Clock()), cost)
    _founded(store, [drafts[at : at + _BATCH] for at in range(0, len(drafts), _BATCH)])
    while store.index_some():
        pass
    return store


def join(call: Call) -> dict[str, object]:
    """Enrol this computer with a one-time code and fetch the account's data; or bring the community that stands alone
    here to an empty server."""
    from gridworker.commands.exchange import exchange_until_done
    from gridworker.practice.clock import practice_clock
    from gridworker.sync.enrolment import join as enrol
    from gridworker.sync.transport.authorities import read_authority
    from gridworker.sync.transport.http import HttpTransport

    given = call.arguments
    file = Path(given.ca) if given.ca else None
    authority = read_authority(file) if file else b""
    transport = HttpTransport(given.server, authority=file)
    if given.adopt:
        return _bring(call, transport.url, transport, authority)
    store = enrol(
        call.folder,
        call.new_passphrase,
        transport.url,
        given.code,
        transport,
        practice_clock(Clock()) if given.practice else Clock(),
        _cost(call),
        practice=given.practice,
        authority=authority,
    )
    try:
        call.say("cli.joined")
        return {**exchange_until_done(store, transport, call.say), "login": store.known.login}
    finally:
        store.close()


def _cost(call: Call) -> KdfCost | None:
    """That of a new profile; a passphrase that everybody knows is worth no more than the least."""
    from gridworker import practice_desk
    from gridworker.store.keys import FLOOR

    return FLOOR if call.arguments.practice and call.new_passphrase == practice_desk.PASSPHRASE else None


def _bring(call: Call, url: str, transport: Transport, authority: bytes) -> dict[str, object]:
    """Adoption, gone on with if it was interrupted; done already, it is an ordinary exchange."""
    from gridworker.commands.exchange import exchange_until_done
    from gridworker.sync.adoption import adopt

    def tell(done: int, total: int) -> None:
        call.say("cli.adopting", done=done, total=total)

    with call.opened() as store:
        if (store.known.authority, store.known.server_url) != ("server", url):
            try:
                adopt(store, url, call.arguments.code, transport, authority=authority, progress=tell)
            except ServerOccupied:
                call.say("cli.occupied_way", url=url, folder=call.folder)  # what the window does by a button
                raise
            call.say("cli.adopted", number=f"{store.known.device_no:02d}")
        return {**exchange_until_done(store, transport, call.say), "login": store.known.login}


def backup(call: Call) -> dict[str, object]:
    """Write a verified encrypted copy, inside `--to` or as one of the rolling three."""
    with call.opened() as store:
        target = _fresh(Path(call.arguments.to), store.clock) if call.arguments.to else None
        made = store.back_up(target)
    return {"backup": str(made), "bytes": sum(file.stat().st_size for file in made.iterdir())}


def _fresh(folder: Path, clock: Clock) -> Path:
    """A name in `folder` that nothing has yet: a copy never takes the place of something else."""
    stamp, turn = f"{clock.moment():%Y%m%d-%H%M%S}", 1
    while (target := folder / (f"{stamp}.gwbackup" if turn == 1 else f"{stamp}-{turn}.gwbackup")).exists():
        turn += 1
    return target


def restore(call: Call) -> dict[str, object]:
    """Put a backup in the place of a profile that is lost; the backup's passphrase opens it."""
    from gridworker.files import make_folder, plain_errors
    from gridworker.store.incarnation import INCARNATION_FILE
    from gridworker.store.keys import KEY_FILE
    from gridworker.store.store import DATABASE_FILE

    source = Path(call.arguments.source)
    if not (source / "database.db").exists() or not (source / KEY_FILE).exists():
        raise BackupInvalid(path=str(source), why="files are missing")
    if (call.folder / DATABASE_FILE).exists():
        raise ProfileExists(folder=str(call.folder))
    part = call.folder / "restore.part"
    make_folder(part)
    try:
        with plain_errors(call.folder):
            _copy_checked(source, part, call.passphrase)
            _set_aside_logs(call.folder)
            (call.folder / INCARNATION_FILE).unlink(
                missing_ok=True
            )  # without it the copy begins a life of its own
            (part / KEY_FILE).replace(call.folder / KEY_FILE)
            (part / "database.db").replace(call.folder / DATABASE_FILE)  # last: with it the profile is there
    finally:
        shutil.rmtree(part, ignore_errors=True)
    with call.opened() as store:
        return {"restored": str(call.folder), "community": store.identity.community_name}


def _set_aside_logs(folder: Path) -> None:
    """What a lost database left beside it: SQLite would play its write-ahead log into the restored file."""
    from gridworker.store.store import DATABASE_FILE

    for ending in ("-wal", "-shm"):
        left = folder / (DATABASE_FILE + ending)
        if left.exists():
            left.replace(left.with_name(left.name + ".lost"))


def _copy_checked(source: Path, part: Path, passphrase: str) -> None:
    """Copy a backup and check the copy, so that nothing is written beside one on a stick that is read-only."""
    from gridworker.store import backup as copies
    from gridworker.store.keys import KEY_FILE, unwrap

    for name in ("database.db", KEY_FILE):
        shutil.copyfile(source / name, part / name)
    copies.check(part, unwrap(part, passphrase, Clock().now()))


def doctor(call: Call) -> dict[str, object]:
    """Check everything that can be checked: file, figures, audit chain, references."""
    from gridworker.store.queries.health import examine

    with call.opened() as store:
        report = examine(store)
    return {"healthy": not report, "findings": list(report), "profile": str(call.folder)}
