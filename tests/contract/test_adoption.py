"""A community that started alone becomes an empty server's: nothing of it is missing, nothing is there twice, whatever
is cut off in between; and what must not be taken changes nothing on either side."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gridworker.errors import (
    AlreadyJoined,
    CodeInvalid,
    FieldInvalid,
    OnlySecretary,
    PracticeMix,
    ServerAnswerUnreadable,
    ServerAway,
    ServerOccupied,
    ServerRefused,
)
from gridworker.models.entity import Entity
from gridworker.models.op import Draft, OpKind
from gridworker.models.registry import ENTITIES
from gridworker.models.sums import Sum, added, digest
from gridworker.practice.clock import practice_clock
from gridworker.practice.community import SEED, practice_community
from gridworker.practice.size import Size
from gridworker.server import adoption, checks, sums
from gridworker.server.database import ServerDatabase, only_domain, some_domain
from gridworker.services.undo import undo
from gridworker.store import sums as own_sums
from gridworker.store.audit import Act
from gridworker.store.incarnation import new_incarnation
from gridworker.store.queries.health import examine
from gridworker.store.state import NewProfile
from gridworker.store.store import Store
from gridworker.sync import adoption as adoption_here
from gridworker.sync.adoption import ATTEMPT, adopt
from gridworker.sync.answers import TokenRefused, read_answer
from gridworker.sync.asking import HEADERS
from gridworker.sync.enrolment import join
from gridworker.sync.protocol import proofs
from gridworker.sync.protocol.adoption import ADOPT, AdoptReply, AdoptRequest
from gridworker.sync.protocol.bodies import UP_INFLATED, inflate
from gridworker.sync.protocol.messages import MARK, AccountFacts, Community, EnrolReply, Limits
from gridworker.sync.protocol.wire_rows import columns
from gridworker.sync.transport import Reply
from tests.contract.rig import CHEAP, PASSPHRASE, Desk, Rig, Wire, numbered
from tests.contract.village import CODE, NAME, Hands, change, drafts, home, named, visit
from tests.postgres import cluster

URL = "http://127.0.0.1:1"
SMALL = replace(Size.tiny(), attempts_per_week=40, demands_per_week=8, lists=True)


def alone(folder: Path, hands: Hands, login: str = "secretary", *, extra: tuple[Draft, ...] = ()) -> Store:
    """The village on one computer, with some work done in it."""
    known = NewProfile(
        named("root"), "self", True, os.urandom(16), 1, new_incarnation(), named(f"member_{login}"), login
    )
    store = Store.create(folder, PASSPHRASE, known, hands.clock(), CHEAP)
    store.found([[*drafts(), *extra]], Act("community_founded"))
    return store


def work(store: Store) -> dict[str, bytes]:
    """A visit, a corrected phone note, a deleted resident; the acts by name."""
    made = {"visit": store.save([visit(home("a1", 1), "看望")], Act("visit_logged")).txn}
    note = change("household", named(home("a1", 2)), "note", None, "门铃坏了")
    made["note"] = store.save([note], Act("household_changed")).txn
    gone = Draft("resident", named(f"{home('a2', 1)}_r"), OpKind.DELETE, {})
    made["gone"] = store.save([gone], Act("resident_deleted")).txn
    return made


@pytest.fixture
def empty(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[[str], Rig]]:
    """Servers that keep no community yet."""
    rigs: list[Rig] = []
    databases: list[str] = []

    def make(over: str = "in_process") -> Rig:
        hands = Hands()
        place: Any = tmp_path / "server"
        if over == "postgres":
            databases.append(cluster().make())
            place = cluster().url(databases[-1])
        database = ServerDatabase.create(place, hands.clock())
        rigs.append(Rig(database, hands, over, tmp_path / "rig", Limits(), str(place)))
        return rigs[-1]

    yield make
    for rig in rigs:
        rig.close()
    for name in databases:
        cluster().drop(name)


@pytest.fixture(params=["in_process", "http", "postgres"])
def slot(request: pytest.FixtureRequest, empty: Callable[[str], Rig]) -> Rig:
    return empty(request.param)


def code_of(rig: Rig) -> str:
    with rig.database.write() as connection:
        return adoption.invite(connection, rig.database.pepper, rig.now())


def wire_of(rig: Rig) -> Wire:
    return Wire(rig.transport())


def agree(rig: Rig, store: Store) -> None:
    """What both hold of the buckets the account sees is the same, by the sums and row for row."""
    kept = Desk(store, wire_of(rig)).kept()
    with store.database.read() as connection:
        mine = own_sums.counted(connection, kept.scope)
    with rig.database.read() as connection:
        theirs = sums.of_buckets(connection, only_domain(connection).id, kept.scope)
    assert digest(mine) == digest(theirs)
    assert sum(each.n for each in mine.values()) > 20


def untouched(rig: Rig) -> None:
    with rig.database.read() as connection:
        assert some_domain(connection) is None
        for table in ("area_unit", "household", "visit", "feed", "bucket_sum", "device"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0, table


def test_everything_becomes_the_servers_first_content(slot: Rig, tmp_path: Path) -> None:
    store = alone(tmp_path / "own", slot.hands)
    work(store)
    with store.read() as connection:
        before = {
            entity: connection.exec_driver_sql(f"SELECT count(*) FROM {entity}").scalar()
            for entity in ("area_unit", "household", "resident", "visit", "appointment")
        }
    told: list[tuple[int, int]] = []
    adopt(store, URL, code_of(slot), wire_of(slot), progress=lambda *at: told.append(at))
    assert (store.known.authority, store.known.device_no, store.known.server_url) == ("server", 2, URL)
    assert told[-1][0] == told[-1][1] > 50
    desk = Desk(store, wire_of(slot))
    desk.sync()
    agree(slot, store)
    for entity, count in before.items():
        assert slot.one(f"SELECT count(*) FROM {entity}") == count
    assert slot.one("SELECT deleted FROM resident WHERE id = ?", named(f"{home('a2', 1)}_r")) == 1
    with slot.database.read() as connection:
        domain = only_domain(connection)
        assert (domain.id, domain.code, domain.practice) == (named("root"), f"{CODE}root", True)
        assert checks.findings(connection, domain) == []
    assert slot.acts()[:2] == ["adopted", "enrolled"]
    assert examine(store) == ()
    store.close()


#: What a community that began with everything has, beside its households.
LATER = (
    *("demand", "demand_event", "issue", "meeting", "resolution"),
    *("resource", "project", "plan_item", "visit_visitor", "project_milestone", "meeting_vote"),
)


@pytest.mark.parametrize("over", ["in_process", "postgres"])
def test_demands_lists_and_meetings_arrive_value_by_value(
    empty: Callable[..., Rig], tmp_path: Path, over: str
) -> None:
    """The practice community in small: every column of every row of every entity is on the server what it was here,
    and on another computer what it is on the server."""
    slot = empty(over)
    practice = practice_community(SEED, SMALL)
    slot.hands.now = practice_clock(slot.hands.clock()).milliseconds() / 1000
    known = NewProfile(
        *(practice.community_id, "self", True, os.urandom(16), 1, new_incarnation()),
        *(practice.logins["shuji"], "shuji"),
    )
    store = Store.create(tmp_path / "own", PASSPHRASE, known, slot.hands.clock(), CHEAP)
    store.found([list(practice.drafts())], Act("community_founded"))
    before = {entity.name: values_of(store, entity) for entity in ENTITIES}
    assert [name for name in LATER if not before[name]] == []
    adopt(store, URL, code_of(slot), wire_of(slot))
    for entity in ENTITIES:
        assert values_of(slot, entity) == before[entity.name], entity.name
    other = slot.desk("shuji")
    other.sync()
    kept = other.kept().scope
    for entity in ENTITIES:
        there = [row for row in values_of(slot, entity) if row[0] in kept]
        assert values_of(other.store, entity) == there, entity.name
    with slot.database.read() as connection:
        assert checks.findings(connection, only_domain(connection)) == []
    store.close()


def values_of(of: Rig | Store, entity: Entity) -> list[tuple[Any, ...]]:
    """Every row as it crosses the wire, with its bucket."""
    sql = f"SELECT {', '.join(('bucket_id', *columns(entity.name)))} FROM {entity.name} ORDER BY id"
    with (of.database if isinstance(of, Rig) else of).read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(sql)]


def test_work_goes_on_and_another_computer_sees_the_same(slot: Rig, tmp_path: Path) -> None:
    store = alone(tmp_path / "own", slot.hands)
    acts = work(store)
    adopt(store, URL, code_of(slot), wire_of(slot))
    desk = Desk(store, wire_of(slot))
    desk.sync()
    later = visit(home("b1", 1), "接上以后")
    store.save([numbered(later, store)], Act("visit_logged"))
    undo(store, acts["note"], "写错了")  # an act from before, taken back under the server
    assert desk.sync().rejected == 0
    other = slot.desk("secretary")
    other.sync()
    assert other.store.known.device_no == 3
    agree(slot, store)
    agree(slot, other.store)
    assert later.record in other.holds("visit")
    assert other.one("SELECT note FROM household WHERE id = ?", named(home("a1", 2))) is None
    for entity in ("household", "resident", "visit", "area_unit", "appointment"):
        sql = f"SELECT id, row_version, deleted, bucket_id FROM {entity} WHERE deleted = 0 ORDER BY id"
        assert desk.rows(sql) == other.rows(sql)
    steward = slot.desk("steward_a1")
    steward.sync()
    assert steward.holds("household") == {named(home("a1", door)) for door in (1, 2, 3)}
    store.close()


def test_an_occupied_server_refuses_and_nothing_changes(rig: Rig, tmp_path: Path) -> None:
    store = alone(tmp_path / "own", rig.hands)
    heads = rig.rows("SELECT * FROM domain_head")
    with pytest.raises(ServerOccupied), rig.database.write() as connection:
        adoption.invite(connection, rig.database.pepper, rig.now())
    with pytest.raises(ServerOccupied):
        adopt(store, URL, "AAAA-BBBB-CCCC", wire_of(rig))
    assert rig.rows("SELECT * FROM domain_head") == heads
    assert (store.known.authority, store.save([visit(home("a1", 1), "x")], Act("t")).numbers) != (
        "server",
        {},
    )
    store.close()


def test_only_a_code_for_it_lets_a_community_in(empty: Callable[..., Rig], tmp_path: Path) -> None:
    slot = empty()
    store = alone(tmp_path / "own", slot.hands)
    with pytest.raises(CodeInvalid):
        adopt(store, URL, "AAAA-BBBB-CCCC", wire_of(slot))
    late = code_of(slot)
    slot.hands.now += 15 * 60 + 1
    with pytest.raises(CodeInvalid):
        adopt(store, URL, late, wire_of(slot))
    older, newer = code_of(slot), code_of(slot)
    with pytest.raises(CodeInvalid):
        adopt(store, URL, older, wire_of(slot))
    untouched(slot)
    with pytest.raises(CodeInvalid):  # nor does an empty server let a laptop in
        join(
            tmp_path / "x", PASSPHRASE, URL, newer, slot.transport(), slot.hands.clock(), CHEAP, practice=True
        )
    adopt(store, URL, newer.lower().replace("-", " "), wire_of(slot))
    with pytest.raises(AlreadyJoined):
        adopt(store, URL, newer, wire_of(slot))
    store.close()


def test_only_the_secretary_brings_it(empty: Callable[..., Rig], tmp_path: Path) -> None:
    slot = empty()
    store = alone(tmp_path / "own", slot.hands, "steward_a1")
    with pytest.raises(OnlySecretary):
        adopt(store, URL, code_of(slot), wire_of(slot))
    untouched(slot)
    store.close()


def test_a_server_takes_no_secretarys_word_for_it(
    empty: Callable[..., Rig], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = empty()
    store = alone(tmp_path / "own", slot.hands, "steward_a1")
    monkeypatch.setattr("gridworker.sync.adoption.SECRETARY", "micro_grid_leader")
    with pytest.raises(FieldInvalid) as caught:
        adopt(store, URL, code_of(slot), wire_of(slot))
    assert caught.value.values["reason"] == "no_secretary"
    untouched(slot)
    store.close()


# -- interruptions -----------------------------------------------------------------------------------------------


class Cut(Exception):
    """The wire is cut."""


@pytest.mark.parametrize("over", ["in_process", "postgres"])
def test_cut_at_every_request_it_goes_on_where_the_server_stands(
    over: str, empty: Callable[..., Rig], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = empty(over)
    monkeypatch.setattr("gridworker.sync.adoption._RUN", 7)
    store = alone(tmp_path / "own", slot.hands)
    work(store)
    code, wire = code_of(slot), Narrow(slot)
    tries = 0
    while store.known.authority == "self":
        tries += 1
        wire.answers = 1 + tries % 2  # now before the answer, now after one that arrived
        try:
            adopt(store, URL, code, wire)
        except ServerAway:
            with slot.database.read() as connection:
                rows = connection.exec_driver_sql("SELECT count(*) FROM household").scalar()
            assert rows <= 9
        assert tries < 200
    assert tries > 3
    Desk(store, wire_of(slot)).sync()
    agree(slot, store)
    with slot.database.read() as connection:
        assert checks.findings(connection, only_domain(connection)) == []
    store.close()


class Narrow:
    """A wire over which little passes at a time, and that loses every answer after the next `answers`."""

    def __init__(self, rig: Rig) -> None:
        self.inner: Any = wire_of(rig)
        self.answers = 1

    def send(self, path: str, body: bytes, headers: Any) -> Any:
        reply = self.inner.send(path, body, headers)
        if self.answers <= 0:
            raise ServerAway(url=URL)
        self.answers -= 1
        if path == ADOPT and reply.status == 200:
            told = read_answer(reply, AdoptReply)
            raw = msgspec.json.encode(msgspec.structs.replace(told, limits=Limits(rows=9)))
            kept = {name: v for name, v in reply.headers.items() if name != "content-encoding"}
            reply = type(reply)(200, kept, raw)
        return reply

    def close(self) -> None: ...


def test_requests_that_come_twice_are_taken_once(slot: Rig, tmp_path: Path) -> None:
    class Twice(Narrow):
        def send(self, path: str, body: bytes, headers: Any) -> Any:
            self.answers = 2
            super().send(path, body, headers)
            return super().send(path, body, headers)

    store = alone(tmp_path / "own", slot.hands)
    adopt(store, URL, code_of(slot), Twice(slot))
    Desk(store, wire_of(slot)).sync()
    agree(slot, store)
    assert slot.one("SELECT count(*) FROM device") == 2
    store.close()


def test_killed_here_it_goes_on_from_the_file(empty: Callable[..., Rig], tmp_path: Path) -> None:
    """The process is gone after each request in turn; a new one opens the profile and calls again."""
    slot = empty("http")
    folder = tmp_path / "own"
    store = alone(folder, slot.hands)
    work(store)
    store.close()
    code, runs = code_of(slot), 0
    while True:
        runs += 1
        ended = subprocess.run(
            [sys.executable, "-c", _CHILD, str(folder), slot._url, code, str(runs)], check=False, timeout=120
        )
        if ended.returncode == 0:
            break
        assert ended.returncode == -signal.SIGKILL
        assert runs < 30
    assert runs > 3
    store = Store.open(folder, PASSPHRASE, slot.hands.clock())
    assert store.known.authority == "server"
    Desk(store, wire_of(slot)).sync()
    agree(slot, store)
    assert slot.one("SELECT count(*) FROM device") == 2
    assert slot.one("SELECT count(*) FROM visit") == 1
    store.close()


_CHILD = """
import os, signal, sys
from pathlib import Path
from gridworker.models.days import Clock
from gridworker.store.store import Store
from gridworker.sync import adoption
from gridworker.sync.transport.http import HttpTransport
from tests.contract.rig import PASSPHRASE
from tests.contract.village import NOON
folder, url, code, turn = sys.argv[1:]
adoption._RUN = 20
class Killing(HttpTransport):
    left = int(turn)
    def send(self, path, body, headers):
        reply = super().send(path, body, headers)
        Killing.left -= 1
        if Killing.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return reply
from gridworker.sync.protocol.messages import Limits
plain = adoption._parts
adoption._parts = lambda connection, after, limits: plain(connection, after, Limits(rows=20))
store = Store.open(Path(folder), PASSPHRASE, Clock(lambda: NOON))
adoption.adopt(store, url, code, Killing(url))
store.close()
"""


def test_what_was_saved_meanwhile_comes_along(empty: Callable[..., Rig], tmp_path: Path) -> None:
    slot = empty()
    store = alone(tmp_path / "own", slot.hands)
    code, wire = code_of(slot), Narrow(slot)
    wire.answers = 3
    with pytest.raises(ServerAway):
        adopt(store, URL, code, wire)
    assert store.state(ATTEMPT)
    work(store)  # the picture is another one: it begins anew
    adopt(store, URL, code, wire_of(slot))
    assert slot.one("SELECT count(*) FROM visit") == 1
    Desk(store, wire_of(slot)).sync()
    agree(slot, store)
    store.close()


def test_what_was_saved_after_a_lost_last_answer_is_sent(slot: Rig, tmp_path: Path) -> None:
    store = alone(tmp_path / "own", slot.hands)
    acts, code, wire = work(store), code_of(slot), Narrow(slot)
    wire.answers = 10**6
    lost = wire_of(slot)

    class Last:
        def send(self, path: str, body: bytes, headers: Any) -> Any:
            reply = lost.send(path, body, headers)
            if read_answer(reply, AdoptReply).enrolled is not msgspec.UNSET:
                raise ServerAway(url=URL)
            return reply

        def close(self) -> None: ...

    with pytest.raises(ServerAway):
        adopt(store, URL, code, Last())
    assert store.known.authority == "self"  # not yet: nobody has told it
    undo(store, acts["note"], "写错了")
    store.save([numbered(visit(home("a2", 2), "断网时"), store)], Act("visit_logged"))
    adopt(store, URL, "", lost)
    account = Desk(store, lost).sync()
    assert (account.sent, account.rejected) == (2, 0)
    agree(slot, store)
    assert slot.one("SELECT count(*) FROM visit") == 2
    assert slot.one("SELECT note FROM household WHERE id = ?", named(home("a1", 2))) is None
    Desk(store, lost).sync()
    with pytest.raises(ServerOccupied):  # the device has its tokens: its key alone opens nothing any more
        _adopt_again(lost)
    store.close()


def _adopt_again(wire: Wire) -> None:
    path, body, headers = next(each for each in wire.requests if each[0] == ADOPT)
    read_answer(wire.inner.send(path, body, headers), AdoptReply)


def test_another_attempt_takes_the_place_of_one_that_was_given_up(
    empty: Callable[..., Rig], tmp_path: Path
) -> None:
    slot = empty()
    first = alone(tmp_path / "one", slot.hands, extra=(visit(home("a1", 1), "只在第一台", no="V26-01-0009"),))
    wire = Narrow(slot)
    wire.answers = 3
    with pytest.raises(ServerAway):
        adopt(first, URL, code_of(slot), wire)
    second = alone(tmp_path / "two", slot.hands)
    adopt(second, URL, code_of(slot), wire_of(slot))
    assert slot.one("SELECT count(*) FROM visit") == 0
    with pytest.raises(ServerOccupied):
        adopt(first, URL, "", wire_of(slot))
    assert first.known.authority == "self"
    first.close()
    second.close()


# -- what is not taken ---------------------------------------------------------------------------------------------


def test_a_row_the_server_cannot_keep_is_named(empty: Callable[..., Rig], tmp_path: Path) -> None:
    slot = empty()
    store = alone(tmp_path / "own", slot.hands)
    with store.database.write() as connection:  # beside the ordinary ways
        connection.exec_driver_sql(
            "UPDATE household SET note = '11010519491231002X' WHERE id = ?", (named(home("a1", 2)),)
        )
    with pytest.raises(FieldInvalid) as caught:
        adopt(store, URL, code_of(slot), wire_of(slot))
    found = caught.value.values
    assert (found["entity"], found["record"], found["field"]) == ("household", "1-1-2", "note")
    assert found["reason"] == "identity_number"
    untouched(slot)
    with store.database.write() as connection:
        connection.exec_driver_sql("UPDATE household SET note = NULL")
    adopt(store, URL, code_of(slot), wire_of(slot))  # mended, it goes on with the same key
    store.close()


def test_an_answer_about_another_community_takes_nothing_over(tmp_path: Path) -> None:
    store = alone(tmp_path / "own", Hands())
    work(store)

    class Mistaken:
        def send(self, path: str, body: bytes, headers: Any) -> Reply:
            raw = inflate(body, headers.get("Content-Encoding", ""), UP_INFLATED)
            asked = msgspec.json.decode(raw, type=AdoptRequest)
            told = EnrolReply(
                os.urandom(16), 7, Community(os.urandom(16), NAME, CODE),
                AccountFacts("secretary", os.urandom(16), "", ()), "access", 900, "refresh", 1,
            )  # fmt: skip
            answer = msgspec.json.encode(AdoptReply(enrolled=told, snapshot=asked.snapshot))
            return Reply(200, {MARK.lower(): "1", "content-type": "application/json"}, answer)

        def close(self) -> None: ...

    with pytest.raises(ServerAnswerUnreadable):
        adopt(store, URL, "CODE", Mistaken())
    assert store.known.authority == "self"
    store.close()


def test_a_row_lost_on_the_way_is_noticed(
    empty: Callable[..., Rig], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = empty()
    store = alone(tmp_path / "own", slot.hands)
    plain = adoption_here._content
    monkeypatch.setattr(adoption_here, "_content", lambda store: added(plain(store), Sum(1, 5)))
    with pytest.raises(ServerRefused, match="content_differs"):
        adopt(store, URL, code_of(slot), wire_of(slot))
    untouched(slot)
    store.close()


def test_practice_and_real_never_meet(empty: Callable[..., Rig], tmp_path: Path) -> None:
    slot = empty()
    key = proofs.new_key()
    asked = request_of(key, practice=False, code=code_of(slot))
    with pytest.raises(PracticeMix):
        send(slot, key, asked)
    untouched(slot)


def request_of(key: bytes, **changes: Any) -> AdoptRequest:
    whole = AdoptRequest(
        *(os.urandom(16), proofs.public_key(key), b"i" * 16, 1, Community(named("root"), NAME, CODE)),
        *(named("member_secretary"), True, "t"),
    )
    return msgspec.structs.replace(whole, **changes)


def send(rig: Rig, key: bytes, asked: AdoptRequest) -> AdoptReply:
    body = msgspec.json.encode(asked)
    proof = proofs.sign(key, proofs.adoption_message(body))
    headers = {**HEADERS, "X-Gridworker-Proof": base64.b64encode(proof).decode()}
    return read_answer(rig.transport().send(ADOPT, body, headers), AdoptReply)


def test_a_request_is_signed_by_its_own_key(empty: Callable[..., Rig]) -> None:
    slot = empty()
    key = proofs.new_key()
    with pytest.raises(TokenRefused):
        send(slot, proofs.new_key(), request_of(key, code=code_of(slot)))
    assert send(slot, key, request_of(key, code=code_of(slot))).rows == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"snapshot": b"x"},
        {"device_key": b"short"},
        {"device_no": 0},
        {"protocol": "2.0"},
        {"community": Community(b"", NAME, CODE)},
        {"member_id": b""},
    ],
)
def test_malformed_requests_are_refused(empty: Callable[..., Rig], changes: Any) -> None:
    slot = empty()
    key = proofs.new_key()
    with pytest.raises(ServerRefused):
        send(slot, key, request_of(key, code=code_of(slot), **changes))
    untouched(slot)


def test_places_are_the_servers_to_give(empty: Callable[..., Rig], tmp_path: Path) -> None:
    """A wrong bucket in the laptop's file does not carry a household to other people's computers."""
    slot = empty()
    store = alone(tmp_path / "own", slot.hands)
    with store.database.write() as connection:
        (wrong,) = connection.exec_driver_sql(
            "SELECT bucket_id FROM household WHERE id = ?", (named(home("b1", 1)),)
        ).one()
        connection.exec_driver_sql(
            "UPDATE household SET bucket_id = ? WHERE id = ?", (wrong, named(home("a1", 1)))
        )
    adopt(store, URL, code_of(slot), wire_of(slot))
    steward = slot.desk("steward_a1")
    steward.sync()
    assert named(home("a1", 1)) in steward.holds("household")
    store.close()


def test_health_of_a_server_without_a_community(empty: Callable[..., Rig]) -> None:
    empty().service.check()
