"""What a new scope means for this device: which rows it keeps, and from where the next pull goes on."""

from __future__ import annotations

import msgspec

from gridworker.store.purge import ScopeNow
from gridworker.store.sight import LISTED, SEALED
from gridworker.sync import keeping
from gridworker.sync.keeping import Kept
from gridworker.sync.protocol.messages import Bootstrap, SyncReply


def anchor_of(chain: tuple[int, bytes]) -> bytes:
    """A head of the audit as it is kept in local_state."""
    return f"{chain[0]}:{chain[1].hex()}".encode()


def scope_of(kept: Kept, answer: SyncReply) -> ScopeNow | None:
    """The new scope, and from where to go on once everything outside it is gone."""
    if answer.scope is msgspec.UNSET:
        return None
    now = frozenset(answer.scope.buckets)
    same_life = kept.server_epoch == answer.hello.server_epoch
    whole = kept.whole & now if same_life else frozenset()
    facts = {
        keeping.EPOCH: keeping.number(answer.hello.epoch),
        keeping.SERVER_EPOCH: answer.hello.server_epoch,
        keeping.SCOPE: keeping.joined(now),
    }
    if kept.sealed:
        facts[SEALED] = LISTED
    if answer.page is None:
        facts |= {keeping.WHOLE: keeping.joined(whole), **_going_on(kept, whole, now, same_life=same_life)}
    return ScopeNow(answer.hello.epoch, now, facts)


def _going_on(
    kept: Kept, whole: frozenset[bytes], now: frozenset[bytes], *, same_life: bool
) -> dict[str, bytes]:
    """Where the next pull begins: everything anew, only the buckets that are new, or where it had stopped. What a copy
    that was broken off has brought is told its changes since that copy began: some of it may have left."""
    since = kept.cursor if kept.copy is None else kept.copy.s0
    if not same_life or since is None:
        return {keeping.CURSOR: b"", keeping.COPY: b""}
    missing = tuple(sorted(now - whole))
    if not missing:
        return {keeping.CURSOR: keeping.number(since), keeping.COPY: b""}
    copy = Bootstrap(since, None, missing)
    return {keeping.CURSOR: b"", keeping.COPY: msgspec.json.encode(copy)}
