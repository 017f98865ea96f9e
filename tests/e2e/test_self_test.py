"""`gridworker --self-test`, as a fresh installation runs it."""

from __future__ import annotations

from pathlib import Path

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


def test_a_self_test_that_cannot_write_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    ended = start(
        "--self-test", "--json", environment={"TMPDIR": "/dev/full", "TMP": "/dev/full", "TEMP": "/dev/full"}
    )
    # Python falls back to another folder where it can; then the test simply passes there.
    assert ended.code in (0, 1) and "Traceback" not in ended.err
    assert ("error" in ended.answer) is (ended.code == 1)
