"""How the week of the story ends: the chief closes it, the secretary freezes the summary without a network, the server
gives its number, a late visit becomes a supplement, and the first edition stays as it was, byte for byte."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from gridworker.commands.stage import CHIEF, SECRETARY, Account, Cast, expect, served

WEEK = ("--period", "2026-W47")
FORMATS = "xlsx,docx,pdf,html"
_LATE = "周五下班前才走到，灯的事她没有意见。"


def friday(cast: Cast, account: Account, port: int) -> None:
    """Play it; the laptops know the server at `port`."""
    with account.step(f"{CHIEF}: closes the week of the grid's micro-grids") as facts:
        facts |= cast.laptop(CHIEF, "close-week", *WEEK)
        expect(facts, "closed", lambda count: count > 0)
    with served(cast, account, port):
        for login in (CHIEF, SECRETARY):
            cast.laptop(login, "sync")
    with account.step(f"{SECRETARY}: freezes the summary without a network, provisional") as facts:
        facts |= _report(cast, "--freeze")
        expect(facts, "edition", lambda number: number == 0)
        expect(facts, "files", lambda files: len(files) == len(FORMATS.split(",")))
    digest = facts["sha256"]
    with served(cast, account, port):
        with account.step(f"{SECRETARY}: the server gives the edition its number") as facts:
            cast.laptop(SECRETARY, "sync")
            facts |= _report(cast, "--frozen", "1")
            first = _digests(facts)
            expect(facts, "sha256", digest.__eq__)
        with account.step(f"{CHIEF}: a visit of the week comes late") as facts:
            home = cast.laptop(CHIEF, "list", "households", "--limit", "3")[2]["code"]
            facts |= cast.laptop(CHIEF, "log", "--household", home, "--outcome", "met", "--said", _LATE)
            cast.laptop(CHIEF, "sync")
        with account.step(f"{SECRETARY}: the supplement lists what came late, and nothing else") as facts:
            cast.laptop(SECRETARY, "sync")
            facts |= _report(cast, "--supplement-of", "1", "--freeze")
            facts["told"] = facts["figures"]["visits.attempts"]  # type: ignore[index]
            expect(facts, "changed", lambda count: count == 1)
            expect(facts, "told", lambda told: told["now"] == told["frozen"] + 1)
    with account.step(f"{SECRETARY}: the first edition opens byte for byte as it was") as facts:
        facts |= _report(cast, "--frozen", "1")
        facts["same"] = _digests(facts) == first
        expect(facts, "same", bool)


def _report(cast: Cast, *flags: str) -> dict[str, Any]:
    answer: dict[str, Any] = cast.laptop(
        SECRETARY,
        *("report", "weekly", *WEEK, "--format", FORMATS, "--out", str(cast.out / "friday"), *flags),
        *("--purpose", "两委例会", "--recipient", "锦澜社区"),
    )
    return answer


def _digests(facts: dict[str, Any]) -> list[str]:
    return [hashlib.sha256(Path(name).read_bytes()).hexdigest() for name in facts["files"]]
