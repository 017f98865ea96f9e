"""`bundle`: exchanges that come and go on a stick."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

from gridworker.errors import BundleMisdirected, GridworkerError, TargetNotWritable
from gridworker.files import write_atomically
from gridworker.server import trail
from gridworker.server.carrying import Carrier
from gridworker.server.database import only_domain
from gridworker.server.verbs.asked import Say, opened
from gridworker.store.audit import Act
from gridworker.store.taken_out import unseal as unseal_file
from gridworker.sync.protocol.sealed import ANSWER, REQUEST

LINE = b"\n"


def bundle(asked: argparse.Namespace, say: Say) -> int:
    """1 when a file was refused; the others are done all the same."""
    with opened(asked) as database:
        carrier = Carrier(database)
        work = _take_in if asked.direction == "import" else _answer
        refused = [_refused(work, carrier, path, say) for path in _requests(asked)]
    return int(any(refused))


def unseal(asked: argparse.Namespace, say: Say) -> None:
    """What a laptop could not send, as it was written out for the operator: JSON in lines, into a new file or shown."""
    with opened(asked) as database:
        content = unseal_file(database.bundle_keys.opening, asked.path)
        now = database.clock.milliseconds()
        act = Act("taken_out_read", payload={"lines": content.count(LINE)})
        database.transact(lambda c: trail.note(c, only_domain(c).id, act, None, now))
    if asked.out is not None:
        if asked.out.exists() or not asked.out.parent.is_dir():
            raise TargetNotWritable(path=str(asked.out))
        write_atomically(asked.out, content, private=True)
        say(
            f"{asked.out}: {content.count(LINE)} lines, not encrypted",
            file=str(asked.out),
            lines=content.count(LINE),
        )
        return
    for line in content.decode().splitlines():
        say(line, line=line)


def _requests(asked: argparse.Namespace) -> Iterator[Path]:
    """The requests in the folder that was named, the oldest name first, or the one that was named. For export those
    that have an answer already are left out."""
    if not asked.path.is_dir():
        yield asked.path
        return
    found = sorted(asked.path.glob(f"*.{REQUEST}"))
    if not found:
        raise BundleMisdirected(file=str(asked.path), reason="none")
    for path in found:
        if asked.direction == "import" or not _target(path).exists():
            yield path


def _target(path: Path) -> Path:
    return path.with_suffix(f".{ANSWER}")


def _refused(work: Callable[[Carrier, Path, Say], None], carrier: Carrier, path: Path, say: Say) -> bool:
    try:
        work(carrier, path, say)
    except GridworkerError as error:
        reason = str(error.values.get("reason") or error.values.get("code") or "")
        words = f"{path.name}: refused, {error.code} {reason}".rstrip()
        say(words, file=path.name, error=error.code, reason=reason)
        return True
    return False


def _take_in(carrier: Carrier, path: Path, say: Say) -> None:
    taken = carrier.take_in(path)
    ended = ", ".join(f"{count} {outcome}" for outcome, count in sorted(taken.outcomes.items()))
    words = f"device {taken.device_no:02d}, {taken.ops} ops" + (f": {ended}" if ended else "")
    if taken.missing:
        words = (
            f"device {taken.device_no:02d}: earlier ops are missing; carry its answer back, then a new bundle"
        )
    facts = {"ops": taken.ops, "outcomes": taken.outcomes, "missing": taken.missing}
    say(f"{path.name}: {words}", file=path.name, device=taken.device_no, **facts)


def _answer(carrier: Carrier, path: Path, say: Say) -> None:
    target = _target(path)
    number = carrier.write_answer(path, target)
    size = target.stat().st_size
    say(f"{target.name}: for device {number:02d}, {size} bytes", file=target.name, device=number, bytes=size)
