"""Which life of this database is open: the incarnation lies in the database and in a file beside it, and a copy that
was restored or cloned begins a new one, so that nothing it writes is taken for what another copy wrote."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec

from gridworker.files import write_atomically
from gridworker.models.days import Clock
from gridworker.store import audit, notices, outbox, state
from gridworker.store.database import Database
from gridworker.store.state import NewProfile

INCARNATION_FILE = "incarnation"
#: Set while the server does not know this incarnation yet; a device of a server registers it before it speaks.
UNKNOWN_TO_SERVER = "incarnation_unknown"
_PLACE = "incarnation_place"
_LETTERS = "abcdefghjkmnpqrstvwxyz"


def new_incarnation() -> bytes:
    return os.urandom(16)


def keep_outside(folder: Path, database: Database, incarnation: bytes) -> None:
    """Write the file beside the database and remember where it lies. Raises DiskFull, FolderReadOnly."""
    write_atomically(folder / INCARNATION_FILE, incarnation.hex().encode())
    with database.write() as connection:
        state.put(connection, {_PLACE: _place(folder)})


def _place(folder: Path) -> bytes:
    """What no copy of a file has in common with it: its number in the file system and when it was made there."""
    facts = (folder / INCARNATION_FILE).stat()
    return msgspec.json.encode([facts.st_ino, facts.st_ctime_ns])


def is_copy(folder: Path, database: Database, known: NewProfile) -> bool:
    """True when the file beside the database is missing, names another incarnation, or was itself copied. Both marks
    of the place must differ: on a stick file numbers change with every mounting, and permissions may be set anew."""
    path = folder / INCARNATION_FILE
    if not path.exists() or path.read_bytes() != known.incarnation.hex().encode():
        return True
    with database.read() as connection:
        noted = state.get(connection, _PLACE)
    if noted is None:  # an older version did not note it
        with database.write() as connection:
            state.put(connection, {_PLACE: _place(folder)})
        return False
    before, now = msgspec.json.decode(noted), msgspec.json.decode(_place(folder))
    return bool(before[0] != now[0] and before[1] != now[1])


def begin(folder: Path, database: Database, known: NewProfile, clock: Clock, why: str) -> NewProfile:
    """Go on as a new incarnation: ops not answered yet keep their ids and get new places in its order. Until the
    server has given a new device number, human numbers carry two letters that no other copy has. `why`: `copied`,
    `restored`, `fork`, `unknown`, `salvaged`."""
    fresh = new_incarnation()
    alone = known.authority == "self"
    mark = "".join(_LETTERS[part % len(_LETTERS)] for part in fresh[:2])
    after = msgspec.structs.replace(
        known,
        incarnation=fresh,
        device_no=known.device_no + int(alone),
        number_mark="" if alone else mark,
    )
    with database.write() as connection:
        outbox.renumber(connection)
        state.put(connection, {state.IDENTITY: msgspec.json.encode(after)})
        if not alone:
            state.put(connection, {UNKNOWN_TO_SERVER: b"1"})
        notices.put(connection, "incarnation", clock.milliseconds(), {"why": why})
        act = audit.Act("incarnation_begun", payload={"why": why})
        audit.note(connection, act, known.member_id, clock.milliseconds())
    keep_outside(folder, database, fresh)
    return after


def take_device(
    database: Database,
    known: NewProfile,
    device_id: bytes,
    device_no: int,
    facts: Mapping[str, bytes] = MappingProxyType({}),
) -> NewProfile:
    """Keep what the server gave to this incarnation: its own device, number and (in `facts`) key and tokens."""
    after = msgspec.structs.replace(known, device_id=device_id, device_no=device_no, number_mark="")
    with database.write() as connection:
        state.put(connection, {state.IDENTITY: msgspec.json.encode(after), **facts})
        state.drop(connection, (UNKNOWN_TO_SERVER,))
    return after
