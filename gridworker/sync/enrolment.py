"""Makes a new profile out of a one-time code: the server accepts the device first, then the encrypted profile is
created with the device's key inside."""

from __future__ import annotations

from pathlib import Path

import msgspec

from gridworker import __version__
from gridworker.errors import NoRoomToJoin, ProfileExists
from gridworker.models.days import Clock
from gridworker.models.mark import check_mark
from gridworker.store import audit, keys
from gridworker.store.incarnation import new_incarnation
from gridworker.store.room import largest, room_for
from gridworker.store.state import NewProfile
from gridworker.store.store import DATABASE_FILE, Store
from gridworker.sync import keeping, room
from gridworker.sync.answers import CopyTooLarge, read_answer
from gridworker.sync.asking import HEADERS
from gridworker.sync.protocol import proofs
from gridworker.sync.protocol.messages import ENROL, EnrolReply, EnrolRequest
from gridworker.sync.transport import Transport


def join(
    folder: Path,
    passphrase: str,
    url: str,
    code: str,
    transport: Transport,
    clock: Clock,
    cost: keys.KdfCost | None = None,
    *,
    practice: bool = False,
    authority: bytes = b"",
) -> Store:
    """Enrol this computer with the one-time `code` and make its profile in `folder`; the first exchange fills it.
    `authority`: the certificates (PEM) by which alone the profile will know its server.

    Everything that can be checked before the code is spent is. Raises WeakPassphrase, ProfileExists, CodeInvalid,
    NoRoomToJoin, PracticeMix, ServerAway, ServerAnswerUnreadable, ServerRefused, FolderReadOnly, DiskFull."""
    keys.check_strength(passphrase)
    if (folder / DATABASE_FILE).exists() or (folder / keys.KEY_FILE).exists():
        raise ProfileExists(folder=str(folder))
    private, incarnation = proofs.new_key(), new_incarnation()
    public, most = proofs.public_key(private), largest(folder)
    reply = _asked(
        EnrolRequest(code, public, incarnation, practice, __version__, room=most), transport, folder
    )
    check_mark(reply.community.code, practice=practice)
    profile = NewProfile(
        community_id=reply.community.id,
        authority="server",
        practice=practice,
        device_id=reply.device_id,
        device_no=reply.device_no,
        incarnation=incarnation,
        member_id=reply.account.member_id,
        login=reply.account.login,
        server_url=url,
    )
    kept = {  # with the profile or not at all: one without its key could never speak to the server
        keeping.DEVICE_KEY: private,
        **keeping.tokens(reply),
    }
    if authority:
        kept[keeping.SERVER_CA] = authority
    store = Store.create(folder, passphrase, profile, clock, cost, kept)
    store.note(audit.Act("enrolled", "device", reply.device_id))
    if reply.size is not msgspec.UNSET:
        room.announce(store, reply.size)
    return store


def _asked(asked: EnrolRequest, transport: Transport, folder: Path) -> EnrolReply:
    try:
        return read_answer(transport.send(ENROL, msgspec.json.encode(asked), HEADERS), EnrolReply)
    except CopyTooLarge as error:
        short = room_for(folder, error.size.records, error.size.bytes, anew=True)
        raise NoRoomToJoin(**short.words()) from error
