"""Before the first page of a copy is kept: does all of it fit here? What does not is not begun, and a notice says what
to do; what does is announced while it comes."""

from __future__ import annotations

import msgspec

from gridworker.errors import NoRoomForCopy
from gridworker.store import notices, repair, state
from gridworker.store.room import Room, room_for
from gridworker.store.store import Store
from gridworker.sync.protocol.messages import Bootstrap, Limits, Page, WireSize

#: The notices of a copy that comes, and of one that cannot.
COPYING, NO_ROOM = "copying", "copy_no_room"
_WANTED = "sync.copy_wanted"


class Wanted(msgspec.Struct, frozen=True):
    """A copy that did not fit. `anew` as in `room_for`."""

    records: int
    bytes: int
    anew: bool


def announce(store: Store, size: WireSize) -> Room:
    """Say what is about to come, if it takes more than a moment."""
    found = room_for(store.folder, size.records, size.bytes, anew=True)
    if size.records > Limits().rows:
        _tell(store, COPYING, found)
    return found


def begins_in_vain(store: Store, copy: Bootstrap | None, page: Page | None) -> bool:
    """True when `page`, asked for with `copy`, begins a copy that does not fit: it must not be kept. A notice says
    so."""
    wanted = _wanted(store, copy, page)
    found = None if wanted is None else _room(store, wanted)
    if wanted is None or found is None or found.fits:
        if page is not None:  # it fits, or none begins, or the server knows nothing of sizes
            _is_wanted_no_more(store)
        return False
    store.set_state({_WANTED: msgspec.json.encode(wanted)})
    _tell(store, NO_ROOM, found)
    return True


def coming(store: Store, copy: Bootstrap | None, page: Page | None) -> dict[str, bytes]:
    """What says that more will come, to be kept with the `page` that begins a copy; nothing with another."""
    wanted = _wanted(store, copy, page)
    if wanted is None or page is None or page.bootstrap is None:
        return {}
    return notices.facts(COPYING, store.clock.milliseconds(), _room(store, wanted).words())


def _wanted(store: Store, copy: Bootstrap | None, page: Page | None) -> Wanted | None:
    """What the copy that `page` begins will bring; None for a page that begins none."""
    if page is None or page.size is msgspec.UNSET:
        return None
    beside = copy is not None and copy.buckets is not msgspec.UNSET
    # buckets that are fetched once more take the place of what is held of them
    anew = not beside or bool(store.state(repair.REPAIRING))
    return Wanted(page.size.records, page.size.bytes, anew)


def missing(store: Store) -> Room | None:
    """The room that a copy which did not fit still lacks; None when it may be asked for."""
    raw = store.state(_WANTED)
    if not raw:
        return None
    found = _room(store, msgspec.json.decode(raw, type=Wanted))
    return None if found.fits else found


def check(store: Store) -> None:
    """Raise NoRoomForCopy while a copy waits for room."""
    found = missing(store)
    if found is not None:
        raise NoRoomForCopy(**found.words())


def _room(store: Store, wanted: Wanted) -> Room:
    return room_for(store.folder, wanted.records, wanted.bytes, anew=wanted.anew)


def _tell(store: Store, code: str, found: Room) -> None:
    with store.database.write() as connection:
        notices.put(connection, code, store.clock.milliseconds(), found.words())


def _is_wanted_no_more(store: Store) -> None:
    if store.state(_WANTED):
        with store.database.write() as connection:
            state.drop(connection, (_WANTED,))
            notices.clear(connection, NO_ROOM)
