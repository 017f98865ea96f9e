"""The second half of the story: two people write over each other, answers get lost, a household moves away, a post is
lost and its work accepted, a stick is carried, a laptop is stopped and wiped; and in the end the account balances."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import msgspec

from gridworker.commands.stage import CHIEF, SECRETARY, STEWARD, STREET, Account, Cast, expect, served
from gridworker.models.days import Clock

_SAID = "灯修好了，她说晚上看得见台阶。"
#: The words of the two who write over each other.
_FIRST, _SECOND = "门铃坏了，请敲门", "白天不在家，晚上来"
#: What must be counted nowhere for the account to balance.
_NOTHING = ("unanswered", "written_twice", "without_receipt", "received_twice", "not_ours", "told_otherwise")
Ended = dict[str, str]


def office_day(cast: Cast, account: Account, port: int) -> None:
    """Play it all. The laptops know the server at `port`; where it listens itself is its own matter."""
    homes = [row["code"] for row in cast.laptop(STEWARD, "list", "households", "--limit", "2")]
    ended: dict[str, Ended] = {}
    _write_over_each_other(cast, account, homes[0])
    with served(cast, account) as url:
        _lose_answers(cast, account, port, int(url.rsplit(":", 1)[1]))
    with served(cast, account, port):
        _settle(cast, account, homes[0])
        _move(cast, account, homes[0])
        _lose_the_post(cast, account, homes[1])
        ended[STEWARD] = cast.hand(STEWARD, "outcomes")
        _stop_the_laptop(cast, account)
        _carry_by_stick(cast, account)
        with account.step("everybody syncs once more") as facts:
            facts["unsent"] = [cast.laptop(login, "sync")["sent"] for login in (CHIEF, SECRETARY, STREET)]
    for login in (CHIEF, SECRETARY, STREET):
        ended[login] = cast.hand(login, "outcomes")
    _balance(cast, account, ended)


def _write_over_each_other(cast: Cast, account: Account, code: str) -> None:
    with account.step("two people change the same note without a network") as facts:
        facts |= {"household": code, "texts": [_FIRST, _SECOND]}
        for login, text in ((STEWARD, _FIRST), (SECRETARY, _SECOND)):
            cast.hand(login, "note", code, text)


def _lose_answers(cast: Cast, account: Account, port: int, server_port: int) -> None:
    with account.step(f"{STEWARD}: two answers get lost on the line, nothing happens twice") as facts:
        with cast.losing(port, server_port, 2):
            lost = [cast.laptop(STEWARD, "sync", fails=True)["error"]["code"] for _ in range(2)]
            facts |= {"lost": lost, **cast.laptop(STEWARD, "sync")}
        expect(facts, "lost", ["server_away", "server_away"].__eq__)
        expect(facts, "sent", lambda ops: ops == 1)
        expect(facts, "conflicts", lambda found: found == 0)


def _settle(cast: Cast, account: Account, code: str) -> None:
    with account.step(f"{SECRETARY}: the other note became a conflict, both are kept") as facts:
        facts |= cast.laptop(SECRETARY, "sync")
        expect(facts, "conflicts", lambda found: found == 1)
        facts |= cast.hand(SECRETARY, "settle")
        expect(facts, "fields", ["note"].__eq__)
        expect(facts, "left", lambda left: left == 0)
    with account.step(f"{STEWARD}: reads what was chosen") as facts:
        cast.laptop(SECRETARY, "sync")
        cast.laptop(STEWARD, "sync")
        facts |= cast.hand(STEWARD, "read_note", code)
        expect(facts, "note", lambda text: _FIRST in text and _SECOND in text)


def _move(cast: Cast, account: Account, code: str) -> None:
    with account.step("a household moves to another micro-grid") as facts:
        facts |= cast.hand(SECRETARY, "elsewhere", code)
        cast.server("move", "--household", code, "--to", str(facts["unit"]))
        for login in (STEWARD, SECRETARY):
            cast.laptop(login, "sync")
        held = [
            [row["code"] for row in cast.laptop(login, "list", "households")].count(code)
            for login in (STEWARD, SECRETARY)
        ]
        facts["held_by"] = dict(zip((STEWARD, SECRETARY), held, strict=True))
        expect(facts, "held_by", {STEWARD: 0, SECRETARY: 1}.__eq__)


def _lose_the_post(cast: Cast, account: Account, code: str) -> None:
    with account.step(f"{STEWARD}: writes a visit and loses the post before it is sent") as facts:
        said = cast.laptop(STEWARD, "log", "--household", code, "--outcome", "met", "--said", _SAID)
        facts |= cast.hand(SECRETARY, "end_posts", STEWARD)
        cast.laptop(SECRETARY, "sync")
        facts |= cast.laptop(STEWARD, "sync")
        expect(facts, "held", lambda ops: ops > 0)
        facts["still_found"] = len(cast.laptop(STEWARD, "search", code))
        expect(facts, "still_found", lambda rows: rows == 0)
    with account.step(f"{SECRETARY}: accepts the held visit, it counts") as facts:
        cast.laptop(SECRETARY, "sync")
        facts |= cast.hand(SECRETARY, "accept")
        expect(facts, "accepted", lambda acts: acts > 0)
        facts |= cast.laptop(SECRETARY, "sync")
        visits = cast.laptop(SECRETARY, "list", "visits", "--period", "2026-W47")
        facts["found"] = [row["said"] for row in visits if row["no"] == said["no"]]
        expect(facts, "found", [_SAID].__eq__)


def _stop_the_laptop(cast: Cast, account: Account) -> None:
    with account.step(f"{STEWARD}: the laptop is stopped, and wiped when its person says so") as facts:
        number = next(row["number"] for row in cast.server_rows("devices") if row["login"] == STEWARD)
        cast.server("revoke", "--device", str(number))
        facts["refused"] = cast.laptop(STEWARD, "sync", fails=True)["error"]["code"]
        expect(facts, "refused", "device_revoked".__eq__)
        facts |= cast.laptop(STEWARD, "wipe", "--confirm", STEWARD)
        facts["files"] = len(list((cast.out / STEWARD).glob("*"))) if (cast.out / STEWARD).exists() else 0
        expect(facts, "receipt", bool)
        expect(facts, "files", lambda files: files == 0)


def _carry_by_stick(cast: Cast, account: Account) -> None:
    stick = cast.out / "stick"
    stick.mkdir()
    with account.step(f"{CHIEF}: a visit goes to the server on a stick, its answer comes back") as facts:
        home = cast.laptop(CHIEF, "list", "households", "--limit", "1")[0]
        cast.laptop(CHIEF, "log", "--household", home["code"], "--outcome", "met", "--said", _SAID)
        facts |= cast.laptop(CHIEF, "bundle", "export", str(stick))
        cast.server("bundle", "import", str(stick))
        cast.server("bundle", "export", str(stick))
        shutil.copytree(stick, cast.out / "stick-copy")
        facts |= cast.laptop(CHIEF, "bundle", "import", str(stick))
        expect(facts, "sent", lambda ops: ops > 0)
    with account.step("the same stick once more changes nothing") as facts:
        cast.server("bundle", "import", str(cast.out / "stick-copy"))
        again = cast.laptop(CHIEF, "bundle", "import", str(stick), fails=True)
        facts["refused"] = again["error"]["code"]
        expect(facts, "refused", lambda code: str(code).startswith("bundle_"))


def _balance(cast: Cast, account: Account, ended: dict[str, Ended]) -> None:
    """Every op of every laptop has exactly one receipt at the server, and both say the same about it."""
    with account.step("the account balances: every op ends exactly once") as facts:
        receipts = _receipts(cast.out / "server")
        written = Counter(op for ops in ended.values() for op in ops)
        told = {op: outcome for ops in ended.values() for op, outcome in ops.items()}
        counted = Counter(op for op, _ in receipts)
        facts |= {
            "ops": {login: len(ops) for login, ops in ended.items()},
            "outcomes": dict(Counter(told.values())),
            "unanswered": sum(not outcome for outcome in told.values()),
            "written_twice": sum(count > 1 for count in written.values()),
            "without_receipt": len(told.keys() - counted.keys()),
            "received_twice": sum(count > 1 for count in counted.values()),
            "not_ours": len(counted.keys() - told.keys()),
            "told_otherwise": sum(told.get(op, said) != said for op, said in receipts),
        }
        for name in _NOTHING:
            expect(facts, name, lambda count: count == 0)
        expect(facts, "outcomes", lambda found: {"applied", "conflict", "held"} <= found.keys())
        facts["verified"] = cast.server("verify")


def _receipts(data: Path) -> list[tuple[str, str]]:
    """(op, outcome) of every receipt the server keeps, read from its own table."""
    from gridworker.models.op import OpResult
    from gridworker.server.database import ServerDatabase

    database = ServerDatabase.open(data, Clock())
    try:
        with database.read() as connection:
            rows = connection.exec_driver_sql("SELECT op_id, result FROM device_op").fetchall()
    finally:
        database.close()
    return [(bytes(op).hex(), str(msgspec.json.decode(raw, type=OpResult).outcome)) for op, raw in rows]
