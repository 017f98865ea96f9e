"""An exchange without a network: the requests as a file for the server, its answers from a file. The same messages,
kept by the same rules; a file that does not fit any more changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from gridworker.errors import (
    BundleMisdirected,
    BundleNeedsNetwork,
    BundleOutdated,
    BundleUnreadable,
    GridworkerError,
    PracticeMix,
    ServerAway,
    ServerRefused,
)
from gridworker.models.ids import new_id
from gridworker.store import audit, lease, outbox, purge, state
from gridworker.store.statements import run
from gridworker.store.store import Store
from gridworker.sync import keeping, lives, reoffering
from gridworker.sync.asking import Heard
from gridworker.sync.client import Client, Exchanged, place_of
from gridworker.sync.keeping import Kept
from gridworker.sync.protocol import sealed
from gridworker.sync.protocol.bodies import DOWN_INFLATED
from gridworker.sync.protocol.messages import BundleReply, Hello, Limits, SyncReply, SyncRequest
from gridworker.sync.protocol.sealed import ANSWER, REQUEST, Header
from gridworker.sync.scoping import anchor_of
from gridworker.sync.transport import Reply

#: So many requests may be under way at once; an answer to an older one is out of date.
MOST_UNDER_WAY = 8
#: No digest that could be ours: the server always tells its sums.
_ASK_FOR_SUMS = bytes(16)


class Carried(msgspec.Struct, frozen=True):
    """A request that travels: what its answer is opened with, and what of ours it told the server."""

    id: bytes
    key: bytes
    until: bytes
    receipt: int
    anchor: bytes


@dataclass(frozen=True)
class Written:
    path: Path
    ops: int


class _NoNetwork:
    def send(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:  # noqa: ARG002 - it goes nowhere
        raise ServerAway(url="")

    def close(self) -> None:
        """Nothing is open."""


class Carrier(Client):
    """Writes requests and takes answers for one profile. Use from one thread at a time."""

    def __init__(self, store: Store, limits: Limits | None = None) -> None:
        """Raises OnlyAuthority for a profile that stands alone."""
        super().__init__(store, _NoNetwork())
        self._limits = limits or Limits()
        self._carried: Carried | None = None

    # -- out -----------------------------------------------------------------------------------------------------

    def write_request(self, target: Path) -> Written:
        """Write everything unanswered and the wish for what is new into a new file: `target`, or a name of its own in
        the folder `target`. Nothing here changes but that the ops count as sent.

        Raises BundleNeedsNetwork, TargetNotWritable, DiskFull, FolderReadOnly."""
        purge.finish(self.store)
        kept, chain = self._now()
        server = self.store.state(keeping.BUNDLE_KEY)
        if lives.is_unknown(self.store) or not server:
            raise BundleNeedsNetwork()
        carried = Carried(
            *(new_id(), sealed.new_key(), self.store.state(lease.UNTIL) or b"", kept.receipt),
            anchor_of(chain),
        )
        known = self.store.known
        header = Header(
            *(REQUEST, carried.id, known.community_id, known.practice, known.device_id, known.incarnation),
            reply_key=sealed.public_key(carried.key),
        )
        path = target / self._name(carried.id) if target.is_dir() else target
        self._keep_carried([*self._under_way(), carried][-MOST_UNDER_WAY:])
        batches = self._batches()
        count = sum(map(len, batches))
        hello = self.hello(kept, chain, count)
        sealed.write(path, header, _requests(hello, kept, batches), server[:32], kept.device_key)
        return Written(path, count)

    def _name(self, request: bytes) -> str:
        known, today = self.store.known, self.store.clock.today().replace("-", "")
        return f"gridworker-{known.device_no:02d}-{today}-{request.hex()[-8:]}.{REQUEST}"

    def _batches(self) -> list[list[bytes]]:
        """All unanswered ops, as they go into one request each; from now on the server may have them."""
        limits, after = self._limits, 0
        found: list[list[bytes]] = []
        with self.store.database.write() as connection:
            while payloads := outbox.batch(connection, limits.ops, limits.up_bytes, after):
                seqs = [place_of(payload) for payload in payloads]
                outbox.mark_sent(connection, seqs[-1])
                found.append(payloads)
                after = seqs[-1]
        return found

    # -- in ------------------------------------------------------------------------------------------------------

    def newest_answer(self, folder: Path) -> Path:
        """The answer in `folder` to the newest request of ours that is under way. Raises BundleMisdirected, with the
        reason `none`, when there is none."""
        order = [carried.id for carried in self._under_way()]
        found: list[tuple[int, Path]] = []
        for path in sorted(folder.glob(f"*.{ANSWER}")):
            try:
                header = sealed.read_header(path)
            except GridworkerError:  # somebody else's, perhaps: only what is ours can be in our way
                continue
            if header.device_id == self.store.known.device_id and header.id in order:
                found.append((order.index(header.id), path))
        if not found:
            raise BundleMisdirected(file=str(folder), reason="none")
        return max(found)[1]

    def take_answer(self, path: Path) -> Exchanged:
        """Take in the server's answer; read again after an interruption it goes on where it stopped.

        Raises BundleUnreadable, BundleMisdirected, PracticeMix, BundleOutdated, and the store's errors; of a file that
        is not whole nothing was taken."""
        purge.finish(self.store)
        header = sealed.read_header(path)
        self._check_address(path, header)
        carried = next((each for each in self._under_way() if each.id == header.id), None)
        if carried is None:
            raise BundleOutdated(file=str(path))
        sealed.check(path, keeping.signing_key(self.store.state(keeping.BUNDLE_KEY)))
        for _ in _frames(path, carried):  # all of it can be read, before anything is taken
            continue
        self._carried, done = carried, None
        for frame in _frames(path, carried):
            taken = self._take(frame)
            done = taken if done is None or taken is None else done.joined(taken)
        self._keep_carried([each for each in self._under_way() if each.id != header.id])
        if done is None:
            raise BundleOutdated(file=str(path))
        return done

    def _check_address(self, path: Path, header: Header) -> None:
        known = self.store.known
        if header.practice != known.practice:
            raise PracticeMix()
        wrong = {
            "request": header.kind != ANSWER,
            "other_community": header.community_id != known.community_id,
            "other_device": header.device_id != known.device_id,
            "other_life": header.incarnation != known.incarnation,
        }
        for reason, is_so in wrong.items():
            if is_so:
                raise BundleMisdirected(file=str(path), reason=reason)

    def _take(self, frame: BundleReply) -> Exchanged | None:
        """One frame, if it was made for the picture we hold; None if not."""
        kept, _ = self._now()
        fits = (kept.epoch, kept.server_epoch) == (frame.epoch, frame.server_epoch)
        if frame.refused is not None:
            if frame.refused.code != "seq_gap" or not reoffering.mend_gap(self.store):
                raise ServerRefused(code=frame.refused.code, message=frame.refused.message)
            return None
        asked = kept.pull(0)
        if (
            frame.reply is None
            or not fits
            or (asked.cursor, asked.bootstrap) != (frame.cursor, frame.bootstrap)
        ):
            return None
        return self._take_reply(kept, frame.reply)

    def _take_reply(self, kept: Kept, answer: SyncReply) -> Exchanged:
        assert self._carried is not None
        if answer.hello.recovering is not msgspec.UNSET:
            reoffering.catch_up(self.store, kept, answer.hello.recovering)
        with self.store.read() as connection:  # some may have been answered over the network meanwhile
            open_seqs = {
                row[0] for row in run(connection, f"SELECT seq FROM outbox WHERE {outbox.UNANSWERED}")
            }
        results = tuple(result for result in answer.results if result.seq in open_seqs)
        answer = msgspec.structs.replace(answer, results=results)
        if lives.forked(self.store, results):
            answer = msgspec.structs.replace(answer, results=(), page=None, scope=msgspec.UNSET)
        newer = _number(self._carried.anchor) > _number(kept.anchor)
        heard = Heard(
            answer, answer.hello.server_time, 0.0
        )  # when it was written says nothing about this clock
        done = self._keep(kept, heard, {audit.ANCHOR: self._carried.anchor} if newer else {}, 0)
        purge.finish(self.store)
        purge.confirm_copies(self.store, answer.hello.epoch, answer.hello.server_time)
        return done

    def _facts(self, kept: Kept, answer: SyncReply, offset: int, *, more: bool) -> dict[str, bytes]:
        """What an answer that travelled does not tell is left as it is: how the two clocks differ, and that a purge it
        knows nothing of was noted."""
        assert self._carried is not None
        facts = super()._facts(kept, answer, offset, more=more)
        del facts[keeping.OFFSET]
        if self._carried.receipt != kept.receipt:
            facts.pop(purge.RECEIPT, None)
        heard, days = answer.hello.server_time, answer.hello.lease_days
        with self.store.read() as connection:
            return facts | lease.carried(
                *(connection, heard, lease.DAYS if days is msgspec.UNSET else days),
                *(self.store.clock, self.store.sight.up, self._carried.until),
            )

    # -- what is kept --------------------------------------------------------------------------------------------

    def _now(self) -> tuple[Kept, tuple[int, bytes]]:
        with self.store.read() as connection:
            return keeping.read(lambda key: state.get(connection, key)), audit.head(connection)

    def _under_way(self) -> list[Carried]:
        raw = self.store.state(keeping.CARRIED)
        return msgspec.json.decode(raw, type=list[Carried]) if raw else []

    def _keep_carried(self, under_way: list[Carried]) -> None:
        self.store.set_state({keeping.CARRIED: msgspec.json.encode(under_way)})


def _number(anchor: bytes) -> int:
    return int(anchor.partition(b":")[0] or 0)


def _requests(hello: Hello, kept: Kept, batches: list[list[bytes]]) -> Iterator[bytes]:
    """The first request asks for what is new; with the others the server goes on from there."""
    pull = kept.pull(Limits().rows, _ASK_FOR_SUMS)
    for number, payloads in enumerate(batches or [[]]):
        ops = msgspec.Raw(b"[" + b",".join(payloads) + b"]")
        yield msgspec.json.encode(SyncRequest(hello, ops, None if number else pull))


def _frames(path: Path, carried: Carried) -> Iterator[BundleReply]:
    for frame in sealed.read(path, carried.key, DOWN_INFLATED):
        try:
            yield msgspec.json.decode(frame, type=BundleReply)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BundleUnreadable(file=str(path), reason="altered") from error
