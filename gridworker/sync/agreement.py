"""Whether this device holds what the server holds: sums are compared once an hour, and a bucket that differs is
fetched again, the outbox kept. More than three times a day is a fault for a person to look at."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from gridworker.errors import ProgramOlder, ServerOlder, VersionsApart
from gridworker.models.registry import BY_NAME
from gridworker.models.sums import EMPTY, Sum, digest
from gridworker.store import leaving, notices, repair, state, sums
from gridworker.store.receive import Gone, Part, finish_bulk
from gridworker.store.store import Store
from gridworker.sync import keeping
from gridworker.sync.keeping import Kept
from gridworker.sync.protocol.messages import Bootstrap, WireSum
from gridworker.sync.room import COPYING

CHECK_EVERY_MS, DAY_MS = 3600_000, 24 * 3600_000
MOST_REPAIRS = 3
#: The notices of two sides that are of different versions.
APART = tuple(kind.code for kind in (VersionsApart, ProgramOlder, ServerOlder))


def own_digest(store: Store, kept: Kept) -> bytes | None:
    """What to compare with the server, if it is time to; None while a copy is under way."""
    now = store.clock.milliseconds()
    if kept.copy is not None or kept.cursor is None or 0 <= now - kept.checked_at < CHECK_EVERY_MS:
        return None
    with store.database.read() as connection:
        return digest(sums.counted(connection, kept.scope))


def compare(store: Store, kept: Kept, theirs: Sequence[WireSum]) -> bool:
    """The server's sums, at the place where we are now. True if something differs and is to be fetched again."""
    with store.database.read() as connection:
        mine = sums.counted(connection, kept.scope)
        unsettled = sums.unsettled(connection)
    known = {(s.bucket, s.entity): Sum(s.n, s.total) for s in theirs if s.entity in BY_NAME}
    places = {
        place for place in mine.keys() | known.keys() if mine.get(place, EMPTY) != known.get(place, EMPTY)
    }
    wrong = frozenset(bucket for bucket, _ in places if bucket in kept.scope) - unsettled
    return bool(wrong) and _mend(store, kept, wrong)


def _mend(store: Store, kept: Kept, wrong: frozenset[bytes]) -> bool:
    now = store.clock.milliseconds()
    recent = [at for at in kept.repairs if abs(now - at) < DAY_MS]
    with store.database.write() as connection:
        if len(recent) >= MOST_REPAIRS:
            notices.put(connection, "sums_disagree", now, {"buckets": len(wrong)})
            return False
        repair.begin(connection, wrong)
        cursor = state.get(connection, keeping.CURSOR)
        copy = Bootstrap(int(cursor or 0), None, tuple(sorted(wrong)))
        facts = {keeping.CURSOR: b"", keeping.COPY: msgspec.json.encode(copy)}
        state.put(connection, facts | {keeping.REPAIRS: msgspec.json.encode([*recent, now])})
        notices.clear(connection, "sums_disagree")
    return True


def fetch_everything_again(store: Store) -> None:
    """Our picture is of another life of the server, or too old for it: every row is replaced by what it holds now."""
    with store.database.write() as connection:
        repair.begin(connection, None)
        state.put(connection, {keeping.CURSOR: b"", keeping.COPY: b"", keeping.WHOLE: b""})


def came_together(store: Store) -> None:
    """A pull came to its end: its figures are computed, the two versions understand each other, and no copy is under
    way."""
    finish_bulk(store, over=(*APART, COPYING))


def is_held(store: Store, parts: Sequence[Part], gone: Sequence[Gone], *, more: bool) -> bool:
    """True when this page, with those before it in the same pull, would delete more than ordinary work does and nobody
    has allowed it: then it is left out, and a notice is kept."""
    with store.database.read() as connection:
        before, of = leaving.so_far(connection)
        rows = leaving.would_delete(connection, parts, gone)
    if not rows and not before:
        return False
    with store.database.write() as connection:
        deleted, of = before + rows, of or leaving.living(connection)
        allowed = state.get(connection, repair.ALLOWED)
        if leaving.is_too_much(deleted, of) and not allowed:
            facts = {"rows": deleted, "of": of}
            notices.put(connection, "deletions_held", store.clock.milliseconds(), facts)
            notices.clear(connection, COPYING)  # it waits for a person now
            return True
        leaving.note(connection, deleted, of, more=more)
        if not more:
            notices.clear(connection, "deletions_held")
            state.drop(connection, (repair.ALLOWED,))
    return False
