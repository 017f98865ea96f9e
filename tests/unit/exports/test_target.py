"""Files for people appear whole or not at all, and the reason is one of ours."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from gridworker.errors import DiskFull, FolderReadOnly, TargetNotWritable
from gridworker.exports.target import finished


def accept(part: Path) -> bool:
    return part.exists()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_file_has_its_name_only_at_the_end(tmp_path: Path) -> None:
    with finished(tmp_path / "a.xlsx", accept) as part:
        part.write_bytes(b"new")
        assert names(tmp_path) == ["a.xlsx.part"]
    assert names(tmp_path) == ["a.xlsx"]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ENOSPC, DiskFull),
        (errno.EROFS, FolderReadOnly),
        (errno.EACCES, FolderReadOnly),
        (errno.EIO, TargetNotWritable),
    ],
)
def test_a_failing_write_leaves_the_old_file(tmp_path: Path, number: int, expected: type[Exception]) -> None:
    old = tmp_path / "a.xlsx"
    old.write_bytes(b"old")
    with pytest.raises(expected), finished(old, accept) as part:
        part.write_bytes(b"half")
        raise OSError(number, "no")
    assert names(tmp_path) == ["a.xlsx"]
    assert old.read_bytes() == b"old"


def test_a_full_disk_while_flushing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(DiskFull) as caught, finished(tmp_path / "a.xlsx", accept) as part:
        part.write_bytes(b"x")
    assert caught.value.values == {"path": str(tmp_path / "a.xlsx")}
    assert names(tmp_path) == []


def test_a_target_open_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, other: Path) -> Path:
        raise PermissionError(errno.EACCES, "in use")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(TargetNotWritable), finished(tmp_path / "a.xlsx", accept) as part:
        part.write_bytes(b"x")
    assert names(tmp_path) == []


def test_a_file_that_fails_its_check_never_appears(tmp_path: Path) -> None:
    with pytest.raises(TargetNotWritable), finished(tmp_path / "a.xlsx", lambda _: False) as part:
        part.write_bytes(b"x")
    assert names(tmp_path) == []


def test_any_other_error_cleans_up_and_passes(tmp_path: Path) -> None:
    with pytest.raises(KeyError), finished(tmp_path / "a.xlsx", accept) as part:
        part.write_bytes(b"x")
        raise KeyError("ours")
    assert names(tmp_path) == []


def test_missing_folder_and_folder_as_target(tmp_path: Path) -> None:
    with pytest.raises(TargetNotWritable), finished(tmp_path / "gone" / "a.xlsx", accept) as part:
        part.write_bytes(b"x")
    (tmp_path / "a.xlsx").mkdir()
    with pytest.raises(TargetNotWritable), finished(tmp_path / "a.xlsx", accept) as part:
        part.write_bytes(b"x")
