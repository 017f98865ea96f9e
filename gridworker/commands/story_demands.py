"""The chapter of demands: one asked at a door goes up round by round to the street, comes back answered, is told to the
resident and rated by the code of a slip; the ramp goes from a demand over an issue and its meeting to a project."""

from __future__ import annotations

from gridworker.commands.stage import CHIEF, SECRETARY, STEWARD, STREET, Account, Cast, expect, served
from gridworker.commands.story_demand_hand import STREET_PERSON

_LAMP = ("路灯不亮", "三单元门口的路灯不亮，晚上看不见台阶。", "repair")
_RAMP = ("电动车坡道太陡", "电动车坡道太陡，老人推不上去。", "safety")
_FIXED = "街道已派人换灯，当晚亮了。"
_SHED = "地面车棚已定，坡道加防滑条。"


def days_of_demands(cast: Cast, account: Account, port: int) -> None:
    """Play it with the server at `port`; the street joins as a laptop of its own."""
    code = cast.laptop(STEWARD, "list", "households", "--limit", "3")[2]["code"]
    with served(cast, account, port) as url:
        _street(cast, account, url)
        lamp, ramp = _asked(cast, account, code)
        issue = _further(cast, account, lamp, ramp)
        _answered(cast, account, lamp)
        slip = _told(cast, account, lamp, ramp)
        _rated(cast, account, lamp, ramp, slip)
        _ended(cast, account, ramp, issue)
        _agreed(cast, account, lamp, ramp)


def _street(cast: Cast, account: Account, url: str) -> None:
    with account.step(f"{STREET}: is given a post and joins; no resident comes to the street") as facts:
        facts |= cast.hand(SECRETARY, "post_operator", "then", "sync")
        cast.server("account", "--login", STREET, "--member", STREET_PERSON)
        code = cast.server("invite", "--login", STREET)["code"]
        facts |= cast.laptop(STREET, "join", "--server", url, "--code", code, "--practice")
        expect(facts, "received", lambda rows: rows > 0)


def _asked(cast: Cast, account: Account, code: str) -> tuple[str, str]:
    with account.step(f"{CHIEF}: registers two demands at a door, accepts them, refers one up") as facts:
        cast.hand(CHIEF, "sync")
        facts |= cast.hand(
            CHIEF, "ask_at_door", code, "lamp", *_LAMP, "then", "ask_at_door", code, "ramp", *_RAMP
        )
        lamp, ramp = str(facts["lamp"]), str(facts["ramp"])
        facts |= cast.hand(CHIEF, "refer", lamp, "community", "路灯归市政，网格办不了", "then", "sync")
        expect(facts, "rejected", lambda ops: ops == 0)
    return lamp, ramp


def _further(cast: Cast, account: Account, lamp: str, ramp: str) -> str:
    with account.step(f"{SECRETARY}: refers it on to the street, a second round") as facts:
        facts |= cast.hand(
            SECRETARY, "sync", "then", "refer", lamp, "street", "请街道联系市政", "then", "sync"
        )
        expect(facts, "rejected", lambda ops: ops == 0)
    with account.step(f"{SECRETARY}: the ramp becomes an issue, a meeting votes, a project begins") as facts:
        project = ("plan_project", ramp, "电动车地面车棚")
        facts |= cast.hand(SECRETARY, "deliberate", ramp, _RAMP[0], "then", *project, "then", "sync")
        expect(facts, "too_many_votes", "votes_exceed_present".__eq__)
        expect(facts, "missing", bool)
        expect(facts, "rejected", lambda ops: ops == 0)
        return str(facts["issue"])


def _answered(cast: Cast, account: Account, lamp: str) -> None:
    with account.step(f"{STREET}: takes it on and answers, and sees neither door nor name") as facts:
        facts |= cast.hand(STREET, "sync", "then", "answer", lamp, _FIXED, "then", "sync")
        expect(facts, "round", lambda number: number == 2)
        expect(facts, "reporter", "".__eq__)
        expect(facts, "residents_and_demands", [0, 0].__eq__)
        expect(facts, "rejected", lambda ops: ops == 0)


def _told(cast: Cast, account: Account, lamp: str, ramp: str) -> str:
    with account.step(f"{CHIEF}: tells the resident, leaves a slip, and says what is planned") as facts:
        told = ("tell", lamp, "then", "plan_reply", ramp)
        facts |= cast.hand(CHIEF, "sync", "then", *told, "then", "sync")
        expect(facts, "rejected", lambda ops: ops == 0)
        return str(facts.pop("code"))


def _rated(cast: Cast, account: Account, lamp: str, ramp: str, code: str) -> None:
    with account.step(
        f"{STEWARD}: enters the rating by the code of the slip, closes what may be closed"
    ) as facts:
        rated = ("rate", lamp, code, "satisfied", "then", "close", ramp)
        facts |= cast.hand(STEWARD, "sync", "then", *rated, "then", "sync")
        expect(facts, "invented_code", "slip_of_another".__eq__)
        expect(facts, "refused", "not_fed_back".__eq__)
        expect(facts, "rejected", lambda ops: ops == 0)


def _ended(cast: Cast, account: Account, ramp: str, issue: str) -> None:
    with account.step(f"{SECRETARY}: feeds back what the issue came to; then the ramp is closed") as facts:
        facts |= cast.hand(SECRETARY, "sync", "then", "hear", issue, _SHED, "then", "sync")
        facts |= cast.hand(STEWARD, "sync", "then", "close", ramp, "then", "sync")
        expect(facts, "refused", "".__eq__)
        expect(facts, "rejected", lambda ops: ops == 0)


def _agreed(cast: Cast, account: Account, *numbers: str) -> None:
    with account.step("chief, secretary and steward read the same of both demands") as facts:
        seen = [cast.hand(who, "sync", "then", "read", *numbers) for who in (CHIEF, SECRETARY, STEWARD)]
        first = {no: seen[0][no] for no in numbers}
        facts |= {**first, "same": all(one[no] == first[no] for one in seen for no in numbers)}
        facts["states"] = [first[no][0] for no in numbers]
        expect(facts, "same", bool)
        expect(facts, "states", ["closed", "closed"].__eq__)
