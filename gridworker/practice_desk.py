"""The practice community on one computer: a server of its own in the same process, and a laptop enrolled at it. What
is seen of sync in practice is the real thing; nothing of it can reach a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gridworker.models.days import Clock

if TYPE_CHECKING:
    from gridworker.practice.size import Size
    from gridworker.server.database import ServerDatabase
    from gridworker.store.keys import KdfCost
    from gridworker.store.store import Store
    from gridworker.sync.transport.in_process import InProcessTransport

#: Practice data is invented, so that its passphrase may be known to everybody. The file is encrypted all the same.
PASSPHRASE = "lianxi-practice"
SECRETARY, CHIEF, STEWARD = "shuji", "wangge06", "mg1602"
#: The post of who answers at the street, and the login of the practice one.
STREET = "street_operator"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class PracticeDesk:
    """An open practice profile with the server it talks to."""

    store: Store
    server: ServerDatabase
    transport: InProcessTransport

    def close(self) -> None:
        self.store.close()
        self.server.close()


def _silent(_words: str, _done: int, _total: int) -> None:
    return


def exists(folder: Path) -> bool:
    """True if a practice community was finished in `folder`."""
    return (folder / "laptop" / "keys.json").exists()


def profile_in(folder: Path) -> Path:
    """The profile that `folder` names: its laptop where it is a practice community, else itself."""
    return folder / "laptop" if exists(folder) else folder


@contextmanager
def server_of(laptop: Path) -> Iterator[InProcessTransport]:
    """A transport to the server beside the practice profile `laptop`. Raises as `ServerDatabase.open` does."""
    from gridworker.practice.clock import practice_clock
    from gridworker.server.database import ServerDatabase

    server = ServerDatabase.open(laptop.parent / "server", practice_clock(Clock()))
    try:
        yield _transport(server)
    finally:
        server.close()


def create(
    folder: Path,
    passphrase: str = PASSPHRASE,
    login: str = SECRETARY,
    progress: Progress = _silent,
    cost: KdfCost | None = None,
    size: Size | None = None,
) -> PracticeDesk:
    """Generate the community on its server, enrol this computer for `login` and fetch everything.

    What an interrupted attempt left is cleared away first. `progress(wording key, done, total)`.
    Raises ProfileExists, ProfileInUse, WeakPassphrase, FolderReadOnly, DiskFull."""
    from gridworker.files import make_folder
    from gridworker.store.lock import ProfileLock

    make_folder(folder)
    lock = ProfileLock(folder)  # two windows must not make it at the same time
    try:
        _clear_unfinished(folder)
        return _create(folder, passphrase, login, progress, cost, size)
    finally:
        lock.release()


def _clear_unfinished(folder: Path) -> None:
    """Remove the files of a practice community that was never finished; a finished one stays."""
    if exists(folder):
        return
    for pattern in ("server/server.*", "laptop/gridworker.db*"):
        for path in folder.glob(pattern):
            with suppress(OSError):
                path.unlink()


def _create(
    folder: Path, passphrase: str, login: str, progress: Progress, cost: KdfCost | None, size: Size | None
) -> PracticeDesk:
    from gridworker.practice.clock import practice_clock
    from gridworker.practice.community import practice_community
    from gridworker.server.init import Beginning, found
    from gridworker.sync.enrolment import join

    clock = practice_clock(Clock())
    community = practice_community(scale=size) if size else practice_community()
    beginning = Beginning(community.name, community.code, True, community.drafts())
    server = found(
        folder / "server",
        beginning,
        clock,
        lambda rows: progress("practice.progress.community", rows, community.expected),
    )
    try:
        transport = _transport(server)
        code = _invite(server, login)
        store = join(folder / "laptop", passphrase, "", code, transport, clock, cost, practice=True)
    except BaseException:
        server.close()
        raise
    desk = PracticeDesk(store, server, transport)
    _fetch(desk, community.expected, progress)
    return desk


def join_beside(desk: PracticeDesk, folder: Path, login: str, cost: KdfCost | None = None) -> PracticeDesk:
    """Enrol one more laptop, in `folder`, at the server of `desk` and fetch what `login` may see; closing it closes
    that server. Raises as `create` does."""
    from gridworker.sync.enrolment import join

    clock, code = desk.store.clock, _invite(desk.server, login)
    store = join(folder, PASSPHRASE, "", code, desk.transport, clock, cost, practice=True)
    beside = PracticeDesk(store, desk.server, desk.transport)
    _fetch(beside, 1, _silent)
    return beside


def add_street(desk: PracticeDesk) -> str:
    """Give the street's operator a post and an account, as an operator of the server would; their login."""
    from gridworker.models.ids import new_id
    from gridworker.models.op import Draft, OpKind
    from gridworker.server import authority
    from gridworker.server.database import only_domain
    from gridworker.store.audit import Act

    member, post, account = new_id(), new_id(), new_id()
    with desk.server.write() as connection:
        domain = only_domain(connection)
        root, top = (
            connection.exec_driver_sql(
                f"SELECT id FROM {table} WHERE parent_id IS NULL AND deleted = 0 ORDER BY id LIMIT 1"
            ).scalar_one()
            for table in ("area_unit", "org_unit")
        )
        now = (desk.server.clock.today(), desk.server.clock.milliseconds())
        made: dict[str, tuple[bytes, dict[str, None | int | str | bytes]]] = {
            "member": (member, {"name": "演示·云溪经办", "org_unit_id": top}),
            "appointment": (
                post,
                {"member_id": member, "role_code": STREET, "area_unit_id": root, "valid_from": now[0]},
            ),
            "account": (account, {"member_id": member, "login": STREET, "state": "active"}),
        }
        drafts = [Draft(entity, record, OpKind.CREATE, values) for entity, (record, values) in made.items()]
        authority.act(connection, domain, drafts, Act("account_made", "account", account), now)
    return STREET


def _fetch(desk: PracticeDesk, expected: int, progress: Progress) -> None:
    from gridworker.sync.client import Client, Exchanged
    from gridworker.sync.session import sync_now

    received = 0

    def count(done: Exchanged) -> None:
        nonlocal received
        received += done.rows
        progress("practice.progress.fetch", min(received, expected), expected)

    sync_now(Client(desk.store, desk.transport), on_exchange=count)
    while desk.store.index_some():
        progress("practice.progress.search", expected, expected)


def _invite(server: ServerDatabase, login: str) -> str:
    from gridworker.errors import NotFound
    from gridworker.server import auth
    from gridworker.server.database import only_domain

    with server.write() as connection:
        domain = only_domain(connection)
        account = auth.account_by(connection, domain.id, "login", login)
        if account is None:
            raise NotFound(what="account", wanted=login)
        return auth.invite(connection, domain, server.pepper, account, server.clock.milliseconds())


def _transport(server: ServerDatabase) -> InProcessTransport:
    from gridworker.server.app import create_app, run_here
    from gridworker.server.service import Service
    from gridworker.sync.transport.in_process import InProcessTransport

    return InProcessTransport(create_app(Service(server), run_here))


def open_desk(folder: Path, passphrase: str = PASSPHRASE, progress: Progress = _silent) -> PracticeDesk:
    """Open an existing practice community. `progress` hears of a migration, as of `Store.open`. Raises as that does."""
    from gridworker.practice.clock import practice_clock
    from gridworker.server.database import ServerDatabase
    from gridworker.store.store import Store

    clock = practice_clock(Clock())
    laptop = folder / "laptop"
    store = Store.open(laptop, passphrase, Clock(), progress)  # the delay after wrong tries runs in real time
    try:
        server = ServerDatabase.open(folder / "server", clock)
    except BaseException:
        store.close()
        raise
    store.use_clock(clock)
    return PracticeDesk(store, server, _transport(server))
