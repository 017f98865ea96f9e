"""What a request asks for, read off its message and the asker's scope: whether its picture still holds, and whether the
feed can tell it the rest. Reads no database and changes nothing."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from gridworker.server import feed
from gridworker.server.database import Domain
from gridworker.server.incoming import is_empty
from gridworker.server.refusal import bad_request
from gridworker.server.scope import View
from gridworker.sync.protocol.messages import Pull, SyncRequest, WireScope

M = TypeVar("M", bound=msgspec.Struct)


def scope_for(asked: SyncRequest, view: View, epoch: int, domain: Domain) -> WireScope | msgspec.UnsetType:
    """The scope, for an asker whose picture was taken under another one."""
    hello = asked.hello
    known = hello.epoch == epoch and hello.server_epoch == domain.server_epoch and not hello.sealed
    return msgspec.UNSET if known else WireScope(tuple(bucket for bucket, _ in view.buckets))


def check_numbers(asked: SyncRequest) -> None:
    """Raise Refusal 400 for a number that no database could take."""
    hello, pull = asked.hello, asked.pull
    copy = pull.bootstrap if pull else None
    seen = hello.audit.n if hello.audit else 0
    numbers = (pull.cursor if pull else 0, copy.s0 if copy else 0, hello.purged, seen)
    if any(abs(number or 0) >= 2**53 for number in numbers):
        raise bad_request("cursor")


def asks_for_copy(asked: SyncRequest) -> bool:
    """Whether it sends nothing and wants a page of a first copy."""
    return asked.pull is not None and asked.pull.cursor is None and is_empty(asked.ops)


def goes_on(asked: SyncRequest, pull: Pull, view: View, epoch: int, domain: Domain) -> bool:
    """False when the asker's picture was taken under another scope or from another life of the server."""
    if pull.cursor is None and pull.bootstrap is None:
        return True
    if asked.hello.epoch != epoch or asked.hello.server_epoch != domain.server_epoch:
        return False
    return (
        pull.bootstrap is None or pull.cursor is not None or feed.knows_position(view, pull.bootstrap.after)
    )


def is_served(pull: Pull, floor: int, domain: Domain) -> bool:
    """False when the feed no longer tells everything since the asker's cursor, or when the cursor is ahead of it: the
    server was put back without saying so."""
    since = pull.cursor if pull.bootstrap is None else pull.bootstrap.s0
    return since is None or floor <= since <= domain.head


def decode(body: bytes, kind: type[M]) -> M:
    """The message in `body`. Raises Refusal 400."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise bad_request(f"not a {kind.__name__}") from error
