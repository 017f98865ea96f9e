"""A full disk: saving says so and keeps nothing by half, and works again as soon as there is room."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gridworker import errors
from gridworker.models.ids import new_id
from gridworker.services.households import edit_household
from gridworker.services.visits import log_visit
from gridworker.store import audit, statistics
from gridworker.store.store import Store
from tests.community import (
    ACT,
    COMMUNITY,
    batches,
    counts,
    empty_store,
    form,
    founded_store,
    household_of,
    new_profile,
    one,
    open_store,
)

SIZE = 6 * 1024 * 1024


def mounted(folder: Path) -> bool:
    """True if a small disk of its own could be put at `folder`."""
    folder.mkdir()
    if sys.platform != "linux":
        return False
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "gridworker-test", str(folder)]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 6 MiB. Where mounting is not permitted the tests below that need it stand aside for the ones that
    limit the database itself."""
    folder = tmp_path / "disk"
    if not mounted(folder):
        pytest.skip("no mount here; the tests with a limited database stand for it")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True, capture_output=True)


def fill(folder: Path) -> Path:
    """Take the last byte of the disk."""
    ballast = folder / "ballast"
    with ballast.open("ab", buffering=0) as file:
        for size in (65536, 4096, 512, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError as error:
                assert error.errno == errno.ENOSPC
    return ballast


def sound(store: Store) -> None:
    with store.read() as connection:
        assert statistics.difference(connection) == []
        assert audit.broken_at(connection) is None
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone() is None
    assert store.database.integrity() == []


def save_until_full(store: Store, household: bytes) -> list[str]:
    """Save large visits until one is refused. Returns the acknowledged numbers."""
    made: list[str] = []
    while True:
        try:
            made.append(log_visit(store, form(household, said="字" * 4000)).no)
        except errors.DiskFull:
            return made
        assert len(made) < 2000, "the disk never got full"


def test_f26_saving_on_a_full_disk_is_refused_whole_and_goes_on_afterwards(small_disk: Path) -> None:
    store = founded_store(small_disk / "p", new_profile())
    household, before = household_of(store), one(store, "SELECT count(*) FROM visit")
    ballast = fill(small_disk)
    made = save_until_full(store, household)
    kept = counts(store)
    for _ in range(5):
        with pytest.raises(errors.DiskFull):
            log_visit(store, form(household, said="字" * 4000))
        with pytest.raises(errors.DiskFull):
            edit_household(store, household, {"note": None}, {"note": "字" * 200})
            store.drafts.keep(new_id(), household, {"said": "字" * 60000})
    assert counts(store)["visit"] == kept["visit"] == int(str(before)) + len(made)
    assert one(store, "SELECT count(*) - count(DISTINCT no) FROM visit") == 0
    ballast.unlink()
    again = log_visit(store, form(household))
    assert again.no not in made
    sound(store)
    store.close()
    store = open_store(small_disk / "p")
    assert one(store, "SELECT count(*) FROM visit") == int(str(before)) + len(made) + 1
    sound(store)
    store.close()


def test_f26_a_full_disk_loses_nothing_when_the_program_ends(small_disk: Path) -> None:
    store = founded_store(small_disk / "p", new_profile())
    household = household_of(store)
    fill(small_disk)
    save_until_full(store, household)
    visits = counts(store)["visit"]
    store.close()  # there is no room to bring the log into the file
    (small_disk / "ballast").unlink()
    store = open_store(small_disk / "p")
    assert counts(store)["visit"] == visits
    sound(store)
    store.close()


def test_opening_on_a_full_disk_says_so_or_works(small_disk: Path) -> None:
    founded_store(small_disk / "p", new_profile()).close()
    fill(small_disk)
    try:
        store = open_store(small_disk / "p")
    except errors.DiskFull:
        pass
    else:
        assert one(store, "SELECT count(*) FROM household") == 96
        store.close()
    (small_disk / "ballast").unlink()
    store = open_store(small_disk / "p")
    sound(store)
    store.close()


def test_making_a_profile_on_a_full_disk_leaves_nothing(small_disk: Path) -> None:
    fill(small_disk)
    with pytest.raises(errors.DiskFull):
        empty_store(small_disk / "p")
    (small_disk / "ballast").unlink()
    empty_store(small_disk / "p").close()


def test_founding_on_a_disk_that_fills_up_says_so(small_disk: Path) -> None:
    store = empty_store(small_disk / "p", new_profile())
    room = shutil.disk_usage(small_disk).free - 200_000
    (small_disk / "ballast").write_bytes(b"x" * room)
    with pytest.raises(errors.DiskFull):
        store.found(batches(COMMUNITY.drafts()), ACT)
    assert counts(store)["household"] == 0
    (small_disk / "ballast").unlink()
    store.found(batches(COMMUNITY.drafts()), ACT)
    sound(store)
    store.close()


def test_f26_a_backup_without_room_is_refused_and_leaves_nothing(small_disk: Path) -> None:
    store = founded_store(small_disk / "p", new_profile())
    fill(small_disk)
    with pytest.raises(errors.DiskFull):
        store.back_up()
    assert [path.name for path in (small_disk / "p").rglob("*") if "gwbackup" in path.name] == []
    (small_disk / "ballast").unlink()
    assert store.back_up().exists()
    sound(store)
    store.close()


# -- everywhere, also where nothing may be mounted ---------------------------------------------------------------


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Store]:
    """A profile whose database may grow by a few pages only."""
    store = founded_store(tmp_path / "p", new_profile())
    with store.database.bare() as raw:
        pages = raw.execute("PRAGMA page_count").fetchone()[0]
        raw.execute(f"PRAGMA max_page_count = {pages + 12}")
    yield store
    store.close()


def test_a_database_that_may_not_grow_refuses_whole_and_goes_on_afterwards(limited: Store) -> None:
    household, before = household_of(limited), counts(limited)["visit"]
    made = save_until_full(limited, household)
    assert made
    kept = counts(limited)
    with pytest.raises(errors.DiskFull):
        log_visit(limited, form(household, said="字" * 4000))
    assert counts(limited) == kept
    assert kept["visit"] == before + len(made)
    with limited.database.bare() as raw:
        raw.execute("PRAGMA max_page_count = 1000000")
    assert log_visit(limited, form(household)).no not in made
    sound(limited)


@pytest.mark.parametrize("code", [errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)])
def test_small_files_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def full(handle: int) -> None:
        raise OSError(code, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(errors.DiskFull):
        empty_store(tmp_path / "p")
    monkeypatch.undo()
    empty_store(tmp_path / "p").close()
