"""Small files are written whole or not at all, and the system's refusals are said in our own words."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gridworker import files
from gridworker.errors import DiskFull, FolderReadOnly, GridworkerError


def failing(code: int) -> object:
    def fail(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    return fail


def test_a_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "f"
    for content in (b"one", b"", b"\x00" * 100_000):
        files.write_atomically(path, content)
        assert path.read_bytes() == content
        assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (errno.ENOSPC, DiskFull),
        (errno.EDQUOT, DiskFull),
        (errno.EROFS, FolderReadOnly),
        (errno.EACCES, FolderReadOnly),
        (errno.EPERM, FolderReadOnly),
    ],
)
@pytest.mark.parametrize("moment", ["os.fsync", "pathlib.Path.replace"])
def test_a_refusal_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, error: type[GridworkerError], moment: str
) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"old")
    monkeypatch.setattr(moment, failing(code))
    with pytest.raises(error) as refused:
        files.write_atomically(path, b"new")
    monkeypatch.undo()
    assert refused.value.values == {"path": str(path)}
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_other_troubles_pass_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", failing(errno.EIO))
    with pytest.raises(OSError, match=r"\[Errno 5\]"):
        files.write_atomically(tmp_path / "f", b"new")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_disk_that_is_really_full() -> None:
    with pytest.raises(DiskFull), files.plain_errors(Path("/dev/full")), Path("/dev/full").open("wb") as file:
        file.write(b"x" * 100_000)


def test_a_missing_file_is_not_a_refusal(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files.read_text(tmp_path / "none")


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_a_new_folder_is_private(tmp_path: Path) -> None:
    files.make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700
    files.make_folder(tmp_path / "a" / "b")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(FolderReadOnly):
        files.write_atomically(tmp_path / "f", b"x")
    with pytest.raises(FolderReadOnly):
        files.make_folder(tmp_path / "below")
    tmp_path.chmod(0o700)


def test_every_part_is_on_the_disk_before_the_name_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    sync, replace = os.fsync, Path.replace

    def noted_sync(handle: int) -> None:
        done.append("sync")
        sync(handle)

    def noted_replace(self: Path, target: Path) -> Path:
        done.append("name")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    files.write_atomically(tmp_path / "f", b"x")
    assert done == (["sync", "name"] if os.name == "nt" else ["sync", "name", "sync"])


@pytest.mark.skipif(os.name == "nt", reason="no such permissions")
def test_a_private_file_is_nobody_elses_also_after_a_leftover(tmp_path: Path) -> None:
    (tmp_path / "k.part").write_bytes(b"left")
    (tmp_path / "k.part").chmod(0o644)
    files.write_atomically(tmp_path / "k", b"secret", private=True)
    assert (tmp_path / "k").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "k").read_bytes() == b"secret"


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such files")
@pytest.mark.parametrize("program", ["gridworker.cli", "gridworker.server.cli"])
def test_no_image_of_the_memory_is_left_by_a_crash(program: str) -> None:
    code = (
        f"import resource; from {program} import main\n"
        "try: main(['no such verb'])\n"
        "except SystemExit: print(resource.getrlimit(resource.RLIMIT_CORE))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(0, 0)"
