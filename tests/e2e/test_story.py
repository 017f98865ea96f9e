"""The headless story with real processes: every step holds, and a step that does not makes the whole story fail."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gridworker import practice_desk
from gridworker.commands import profiles, stage, story, story_office
from gridworker.commands.call import Call
from gridworker.errors import ProfileExists, StepFailed
from gridworker.store.keys import FLOOR
from gridworker.wording import Wording
from tests.desks import start


def test_the_story_is_played_to_its_end(tmp_path: Path) -> None:
    ended = start(
        "demo", "--headless", "--json", "--out", str(tmp_path / "story"),
        environment={"QT_QPA_PLATFORM": "offscreen"}, seconds=600,
    )  # fmt: skip
    account = ended.answer
    broken = [step for step in account["steps"] if not step["ok"]]
    assert broken == [] and account["failed"] is False and ended.code == 0
    assert len(account["steps"]) >= 15
    assert json.loads((tmp_path / "story" / "account.json").read_text("utf-8")) == account
    by_name = {step["step"]: step for step in account["steps"]}
    assert by_name["wangge07: the server is away, nothing is lost"]["refused"] == "server_away"
    assert by_name["shuji: receives it"]["found"] == [story.SAID]
    balance = by_name["the account balances: every op ends exactly once"]
    assert sum(balance["outcomes"].values()) == sum(balance["ops"].values()) > 10
    assert {"applied", "conflict", "held"} <= balance["outcomes"].keys() and balance["verified"]["sound"]
    assert (
        by_name["mg1602: two answers get lost on the line, nothing happens twice"]["lost"]
        == ["server_away"] * 2
    )
    assert by_name["mg1602: the laptop is stopped, and wiped when its person says so"]["files"] == 0
    cut = by_name["wangge07: the power fails in the middle of an entry, the draft is there"]
    assert (cut["typed"], len(cut["drafts"])) == ("kept", 1)
    agreed = by_name["chief, secretary and steward read the same of both demands"]
    assert agreed["states"] == ["closed", "closed"]
    lamp, ramp = (agreed[no][3] for no in sorted(agreed) if no.startswith("S26-"))
    assert lamp == "register accept refer_up refer_up accept handle reply revisit close".split()
    assert ramp == "register accept to_issue handle reply feed_back close".split()
    assert by_name["yunxi: takes it on and answers, and sees neither door nor name"]["reporter"] == ""
    assert "yunxi" in balance["ops"]
    walk = {path.suffix for path in (tmp_path / "story" / "walklist").iterdir()}
    assert walk == {".pdf", ".html"}
    pictures = list((tmp_path / "story" / "pictures").rglob("*.png"))
    assert pictures and all(picture.stat().st_size > 5000 for picture in pictures)
    reports = {path.suffix for path in (tmp_path / "story" / "report").iterdir()}
    assert reports == {".xlsx", ".html"}


# -- an account that does not balance ------------------------------------------------------------------------------

TOLD = {"shuji": {"a1": "applied", "a2": "conflict"}, "mg1602": {"b1": "held"}}
RECEIPTS = [("a1", "applied"), ("a2", "conflict"), ("b1", "held")]


@pytest.mark.parametrize(
    ("ended", "receipts", "wrong"),
    [
        (TOLD, RECEIPTS, ""),
        (TOLD, RECEIPTS[1:], "without_receipt"),
        (TOLD, [*RECEIPTS, ("a1", "applied")], "received_twice"),
        (TOLD, [*RECEIPTS, ("z9", "applied")], "not_ours"),
        (TOLD, [("a1", "merged"), *RECEIPTS[1:]], "told_otherwise"),
        ({**TOLD, "wangge07": {"a1": "applied"}}, RECEIPTS, "written_twice"),
        ({**TOLD, "mg1602": {"b1": ""}}, RECEIPTS, "unanswered"),
    ],
)
def test_an_account_that_does_not_balance_fails_the_story(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ended: dict[str, dict[str, str]],
    receipts: list[tuple[str, str]],
    wrong: str,
) -> None:
    monkeypatch.setattr(story_office, "_receipts", lambda _data: receipts)
    monkeypatch.setattr(stage.Cast, "server", lambda *_: {"sound": True})
    account = stage.Account()
    if not wrong:
        story_office._balance(stage.Cast(tmp_path), account, ended)
        assert not account.failed
        return
    with pytest.raises(StepFailed):
        story_office._balance(stage.Cast(tmp_path), account, ended)
    assert account.failed and wrong in str(account.steps[-1]["error"])


# -- a broken step, with the processes left out --------------------------------------------------------------------


def call(out: Path) -> Call:
    return Call(Namespace(out=str(out), json=True, profile=None, passphrase_file=None), Wording.load("zh_CN"))


def steps_of(account: dict[str, object]) -> list[dict[str, Any]]:
    steps = account["steps"]
    assert isinstance(steps, list)
    return steps


@pytest.mark.parametrize(
    "planted",
    [
        ValueError("exit 1"),
        StopIteration(),
        KeyError("code"),
        OSError("no server"),
        AssertionError(),
        IndexError(),
    ],
)
def test_a_step_that_fails_ends_the_story(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, planted: Exception
) -> None:
    def fail(*_: object) -> Any:
        raise planted

    monkeypatch.setattr(stage.Cast, "server", fail)
    account = story.play(call(tmp_path / "story"))
    assert account["failed"] is True
    (step,) = steps_of(account)
    assert step["ok"] is False and type(planted).__name__ in step["error"]
    assert json.loads((tmp_path / "story" / "account.json").read_text("utf-8"))["failed"] is True


def test_a_wrong_finding_fails_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage.Cast, "server", lambda *_: {"code": "x"})
    monkeypatch.setattr(stage.Cast, "laptop", lambda *_, **__: {"received": 0})

    class _Server:
        def __enter__(self) -> str:
            return "http://127.0.0.1:1"

        def __exit__(self, *_: object) -> None:
            return None

    monkeypatch.setattr(stage.Cast, "serving", lambda *_: _Server())
    account = story.play(call(tmp_path / "story"))
    last = steps_of(account)[-1]
    assert account["failed"] is True
    assert (last["step"], last["error"]) == (
        "wangge07: join with a one-time code",
        "ValueError: received is 0",
    )


def test_a_server_that_does_not_start_is_a_failed_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage.Cast, "server", lambda *_: {})  # so that there is nothing to serve
    account = story.play(call(tmp_path / "story"))
    assert [step["ok"] for step in steps_of(account)] == [True, False]
    assert account["failed"] is True


def test_a_failed_story_ends_the_program_with_one(tmp_path: Path) -> None:
    """A real process: the server cannot be made where a file is in the way."""
    (tmp_path / "story").mkdir()
    (tmp_path / "story" / "letters.txt").write_text("mine")
    ended = start("demo", "--headless", "--json", "--out", str(tmp_path / "story"))
    assert ended.code == 1 and ended.answer["error"]["code"] == "profile_exists"
    assert [path.name for path in (tmp_path / "story").iterdir()] == ["letters.txt"]


def test_only_an_earlier_story_is_cleared_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story, "_play", lambda *_: None)
    out = tmp_path / "story"
    assert story.play(call(out))["failed"] is False
    (out / "old.txt").write_text("from the story before")
    assert story.play(call(out))["failed"] is False
    assert not (out / "old.txt").exists()
    (out / "account.json").unlink()
    with pytest.raises(ProfileExists):
        story.play(call(out))
    (tmp_path / "file").write_text("x")
    with pytest.raises(ProfileExists):
        story.play(call(tmp_path / "file"))


def test_what_goes_wrong_between_two_steps_is_in_the_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Any:
        raise ValueError("exit 1")

    monkeypatch.setattr(story, "_play", fail)
    account = story.play(call(tmp_path / "story"))
    (step,) = steps_of(account)
    assert account["failed"] is True and step["ok"] is False and "exit 1" in step["error"]


# -- the processes that play ---------------------------------------------------------------------------------------


@pytest.fixture
def player(tmp_path: Path) -> Iterator[stage.Player]:
    made = stage.Player(tmp_path / "players.log")
    yield made
    made.close()


def test_one_process_plays_one_verb_after_the_other(player: stage.Player, tmp_path: Path) -> None:
    flags = ("--profile", str(tmp_path / "none"), "--passphrase-file", str(tmp_path / "none.txt"), "--json")
    with pytest.raises(ValueError, match=r"exit 1: .*passphrase_needed"):
        player.play("laptop", *flags, "list", "drafts")
    (refused,) = player.play("laptop", *flags, "list", "drafts", fails=True)
    assert refused["error"]["code"] == "passphrase_needed"
    with pytest.raises(ValueError, match=r"exit 2: [^$]*invalid choice"):
        player.play("laptop", "no-such-verb")
    with pytest.raises(ValueError, match=r"exit 1: [^$]*KeyError"):
        player.play("somebody", "verb")
    with pytest.raises(ValueError, match=r"exit 1: [^$]*FileNotFoundError"):
        player.play("hand", str(tmp_path), str(tmp_path / "none.txt"), "outcomes")
    data = ("--data", str(tmp_path / "server"), "--json")
    (code,) = player.play("server", "init", "--adopt", *data)
    assert code["adopt"] is True
    with pytest.raises(ValueError, match="exit 0"):
        player.play("server", "invite", "--adopt", *data, fails=True)


def test_a_player_that_is_gone_is_a_failure(player: stage.Player) -> None:
    player._process.kill()
    player._process.wait(10)
    with pytest.raises((ValueError, OSError)):
        player.play("laptop", "--version")


def test_the_practice_passphrase_is_derived_at_the_least_cost_and_no_other(tmp_path: Path) -> None:
    for passphrase, cost in ((practice_desk.PASSPHRASE, FLOOR), ("river lamp seven stone", None)):
        for practice in (True, False):
            file = tmp_path / "passphrase.txt"
            file.write_text(passphrase, "utf-8")
            given = Namespace(practice=practice, passphrase_file=str(file), json=True, profile=None)
            expected = cost if practice else None
            assert profiles._cost(Call(given, Wording.load("zh_CN"))) == expected
