"""`gridworker --self-test`, as a fresh installation runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gridworker import cli
from gridworker.commands import self_test
from gridworker.errors import StepFailed
from tests.desks import start


def test_the_self_test_passes_and_leaves_nothing(tmp_path: Path) -> None:
    ended = start(
        "--self-test", "--json", environment={"TMPDIR": str(tmp_path), "HOME": str(tmp_path / "home")}
    )
    assert ended.code == 0, ended
    found = ended.answer
    assert found["healthy"] is True and found["findings"] == []
    assert found["visit"].startswith("Z") and found["report_bytes"] > 1000 and found["window"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("gridworker-")] == []


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("part", ["_visit_and_send", "_report", "_examine"])
def test_a_part_that_fails_is_named(
    part: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise StepFailed(step=f"planted in {part}")

    monkeypatch.setattr(self_test, part, fail)
    monkeypatch.setattr(self_test, "_window", lambda: "no window for this test")
    assert cli.main(["--self-test", "--json"]) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "step_failed" and part in error["what"]
