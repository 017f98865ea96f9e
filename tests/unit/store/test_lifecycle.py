"""Making, opening and closing a profile: what lies on the disk, and a clear error for everything that can be wrong."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from gridworker import errors
from gridworker.models.ids import new_id
from gridworker.services.households import edit_household
from gridworker.services.visits import log_visit
from gridworker.store import schema
from gridworker.store.database import Database, connect_raw
from gridworker.store.incarnation import INCARNATION_FILE
from gridworker.store.keys import KEY_FILE, unwrap
from gridworker.store.lock import LOCK_FILE
from gridworker.store.store import DATABASE_FILE, Store
from tests.community import (
    COST,
    NOW,
    PASSPHRASE,
    clock_at,
    copied,
    empty_store,
    form,
    household_of,
    new_profile,
    one,
    open_store,
)

PLANTED = "一句只在走访里出现的话"


def pragma(store: Store, name: str) -> object:
    return one(store, f"PRAGMA {name}")


def key_of(folder: Path) -> bytes:
    return unwrap(folder, PASSPHRASE, NOW.timestamp())


def test_a_new_file_has_every_setting(tmp_path: Path) -> None:
    store = empty_store(tmp_path / "p")
    assert pragma(store, "auto_vacuum") == 2
    assert pragma(store, "journal_mode") == "wal"
    assert pragma(store, "synchronous") == 2
    assert pragma(store, "foreign_keys") == 1
    assert pragma(store, "temp_store") == 2
    assert pragma(store, "user_version") == schema.HEAD
    assert one(store, "SELECT version_num FROM alembic_version") == f"{schema.HEAD:04d}"
    assert one(store, "SELECT act FROM audit") == "profile_created"
    store.close()
    again = open_store(tmp_path / "p")
    assert [pragma(again, name) for name in ("auto_vacuum", "journal_mode", "synchronous")] == [2, "wal", 2]
    assert again.known == store.known
    again.close()


def test_nothing_readable_lies_on_the_disk(alone: Store) -> None:
    log_visit(alone, form(household_of(alone), said=PLANTED))
    alone.drafts.keep(new_id(), household_of(alone), {"said": PLANTED})
    folder = alone.folder
    while_open = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert while_open[DATABASE_FILE + "-wal"]
    alone.close()
    closed = {path.name: path.read_bytes() for path in folder.iterdir()}
    for name, content in (*while_open.items(), *closed.items()):
        for plain in (PLANTED, "演示", "锦澜社区", "JY1-1-1", "CREATE TABLE", "SQLite format 3"):
            assert plain.encode() not in content, f"{plain} in {name}"
            assert plain.encode("utf-16-le") not in content, f"{plain} in {name}"
    assert set(closed) == {DATABASE_FILE, KEY_FILE, INCARNATION_FILE, LOCK_FILE}


def test_the_folder_is_private(tmp_path: Path) -> None:
    empty_store(tmp_path / "a" / "p").close()
    assert (tmp_path / "a" / "p").stat().st_mode & 0o077 == 0


def test_the_incarnation_is_kept_outside_too(alone: Store) -> None:
    assert (alone.folder / INCARNATION_FILE).read_text() == alone.known.incarnation.hex()


def test_a_profile_is_not_made_twice(alone: Store) -> None:
    with pytest.raises(errors.ProfileExists):
        empty_store(alone.folder)
    assert one(alone, "SELECT count(*) FROM household") == 96


def test_a_half_made_profile_is_cleared_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise errors.DiskFull(path="x")

    monkeypatch.setattr("gridworker.store.keys.wrap", full)
    with pytest.raises(errors.DiskFull):
        empty_store(tmp_path / "p")
    assert {path.name for path in (tmp_path / "p").iterdir()} <= {LOCK_FILE}
    monkeypatch.undo()
    empty_store(tmp_path / "p").close()


def test_a_weak_passphrase_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(errors.WeakPassphrase):
        Store.create(tmp_path / "p", "1234", new_profile(), clock_at(), COST)
    assert not (tmp_path / "p").exists()


def test_the_usual_cost_is_calibrated(tmp_path: Path) -> None:
    Store.create(tmp_path / "p", PASSPHRASE, new_profile()).close()
    kdf = json.loads((tmp_path / "p" / KEY_FILE).read_text())["kdf"]
    assert kdf["memory"] >= 46 * 1024
    assert 1 <= kdf["passes"] <= 16


# -- what can be wrong when opening ------------------------------------------------------------------------------


def test_no_profile(tmp_path: Path) -> None:
    with pytest.raises(errors.ProfileMissing):
        open_store(tmp_path)


def test_a_wrong_passphrase(alone: Store) -> None:
    alone.close()
    with pytest.raises(errors.WrongPassphrase) as refused:
        Store.open(alone.folder, "wrong passphrase", clock_at())
    assert refused.value.values == {"tries": 1}
    open_store(alone.folder).close()  # the lock was given back


def test_the_key_file_gone(alone: Store) -> None:
    alone.close()
    (alone.folder / KEY_FILE).unlink()
    with pytest.raises(errors.KeyFileDamaged):
        open_store(alone.folder)
    assert (alone.folder / DATABASE_FILE).exists()


def test_the_key_file_of_another_profile(alone: Store, tmp_path: Path) -> None:
    alone.close()
    empty_store(tmp_path / "other").close()
    shutil.copy(tmp_path / "other" / KEY_FILE, alone.folder / KEY_FILE)
    before = (alone.folder / DATABASE_FILE).read_bytes()
    with pytest.raises(errors.DatabaseDamaged):
        open_store(alone.folder)
    assert (alone.folder / DATABASE_FILE).read_bytes() == before


def test_the_database_gone(alone: Store) -> None:
    alone.close()
    (alone.folder / DATABASE_FILE).unlink()
    with pytest.raises(errors.DatabaseDamaged) as refused:
        open_store(alone.folder)
    assert refused.value.values["why"] == "missing"
    assert not (alone.folder / DATABASE_FILE).exists()


@pytest.mark.parametrize(
    "content", [b"", b"not a database " * 500, b"SQLite format 3\x00" + bytes(4080), b"PK\x03\x04" * 99]
)
def test_a_foreign_file_in_its_place(alone: Store, content: bytes) -> None:
    alone.close()
    (alone.folder / DATABASE_FILE).write_bytes(content)
    with pytest.raises(errors.DatabaseDamaged):
        open_store(alone.folder)


@pytest.mark.parametrize("kept", [0.02, 0.3, 0.9])
def test_a_file_cut_short(alone: Store, kept: float) -> None:
    alone.close()
    path = alone.folder / DATABASE_FILE
    os.truncate(path, int(path.stat().st_size * kept))
    assert faults_of(alone.folder)


@pytest.mark.parametrize("part", [0.0, 0.001, 0.1, 0.25, 0.5, 0.75, 0.999])
def test_one_flipped_bit_is_found(alone: Store, part: float) -> None:
    """Every page carries a check of its own: wherever the bit is, it is found, and nothing wrong is shown as right."""
    alone.close()
    path = alone.folder / DATABASE_FILE
    content = bytearray(path.read_bytes())
    content[int(len(content) * part)] ^= 0x10
    path.write_bytes(content)
    assert faults_of(alone.folder)


def faults_of(folder: Path) -> list[str]:
    """What opening says or, if it opens, what the integrity check says."""
    try:
        store = open_store(folder)
    except errors.DatabaseDamaged as error:
        return [str(error)]
    try:
        return store.database.integrity()
    finally:
        store.close()


def test_a_sound_file_has_no_faults(alone: Store) -> None:
    assert alone.database.integrity() == []


def test_a_record_without_its_parent_is_a_fault(alone: Store) -> None:
    with alone.database.bare() as raw:
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("DELETE FROM household WHERE id = (SELECT household_id FROM resident LIMIT 1)")
        raw.execute("PRAGMA foreign_keys = ON")
    assert any(fault.startswith("foreign key") for fault in alone.database.integrity())


def test_a_database_from_the_future_is_left_untouched(alone: Store) -> None:
    with alone.database.bare() as raw:
        raw.execute(f"PRAGMA user_version = {schema.HEAD + 1}")
    alone.close()
    before = (alone.folder / DATABASE_FILE).read_bytes()
    with pytest.raises(errors.DatabaseFromFuture) as refused:
        open_store(alone.folder)
    assert refused.value.values == {"found": schema.HEAD + 1, "known": schema.HEAD}
    assert (alone.folder / DATABASE_FILE).read_bytes() == before
    assert not (alone.folder / "backups").exists()


def test_an_encrypted_file_without_tables(alone: Store) -> None:
    alone.close()
    key = key_of(alone.folder)
    (alone.folder / DATABASE_FILE).unlink()
    raw = connect_raw(alone.folder / DATABASE_FILE, key)
    raw.execute("CREATE TABLE x (y)")
    raw.close()
    with pytest.raises(errors.DatabaseDamaged) as refused:
        open_store(alone.folder)
    assert refused.value.values["why"] == "no tables"


def test_a_sqlite_that_could_lose_data_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dbapi2, "sqlite_version_info", (3, 51, 2))
    monkeypatch.setattr(dbapi2, "sqlite_version", "3.51.2")
    with pytest.raises(errors.SqliteUnsafe) as refused:
        empty_store(tmp_path / "p")
    assert refused.value.values == {"found": "3.51.2", "least": "3.51.3"}
    assert not (tmp_path / "p" / DATABASE_FILE).exists()


def test_this_sqlite_is_new_enough() -> None:
    assert dbapi2.sqlite_version_info >= (3, 51, 3)


HOLDER = """
import sys
from pathlib import Path
from gridworker.store.lock import ProfileLock
lock = ProfileLock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held_by_another_process(folder: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_f31_a_profile_in_use_by_another_process(alone: Store) -> None:
    alone.close()
    with held_by_another_process(alone.folder) as other:
        with pytest.raises(errors.ProfileInUse):
            open_store(alone.folder)
        other.kill()  # however it ends, the system frees the profile
        other.wait()
        open_store(alone.folder).close()


def test_a_profile_in_use_by_this_process(alone: Store) -> None:
    with pytest.raises(errors.ProfileInUse):
        open_store(alone.folder)
    alone.close()
    alone.close()  # twice is harmless
    open_store(alone.folder).close()


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """`folder` mounted read-only over itself; root ignores permissions, but not this."""
    if subprocess.run(["mount", "--bind", folder, folder], capture_output=True, check=False).returncode:
        pytest.skip("mounting is not permitted here: the faked errors below stand for it")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True, capture_output=True)
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True, capture_output=True)


def test_a_read_only_folder_for_real(alone: Store, tmp_path: Path) -> None:
    alone.close()
    with read_only(alone.folder), pytest.raises(errors.FolderReadOnly):
        open_store(alone.folder)
    open_store(alone.folder).close()
    (tmp_path / "new").mkdir()
    with read_only(tmp_path / "new"), pytest.raises(errors.FolderReadOnly):
        empty_store(tmp_path / "new")


def test_a_read_only_folder_by_the_systems_word(
    alone: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone.close()
    real = os.open

    def refusing(path: object, flags: int, *rest: int, **others: int) -> int:
        if str(path).endswith(LOCK_FILE):
            raise PermissionError(13, "denied", str(path))
        return real(path, flags, *rest, **others)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", refusing)
    with pytest.raises(errors.FolderReadOnly):
        open_store(alone.folder)
    with pytest.raises(errors.FolderReadOnly):
        empty_store(tmp_path / "p")


def test_a_read_only_database_file_refuses_saving(alone: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with alone.database.bare() as raw:
        raw.execute("PRAGMA query_only = ON")
    household = household_of(alone)
    with pytest.raises(errors.FolderReadOnly):
        log_visit(alone, form(household))


def test_a_writer_that_does_not_end_is_said(alone: Store) -> None:
    key = key_of(alone.folder)
    other = connect_raw(alone.folder / DATABASE_FILE, key)
    other.execute("PRAGMA busy_timeout = 0")
    other.execute("BEGIN IMMEDIATE")
    with alone.database.bare() as raw:
        raw.execute("PRAGMA busy_timeout = 50")
    household = household_of(alone)
    with pytest.raises(errors.DatabaseBusy):
        log_visit(alone, form(household))
    other.execute("ROLLBACK")
    other.close()
    assert log_visit(alone, form(household)).no


def test_after_closing_nothing_is_read_any_more(alone: Store) -> None:
    """Locked means locked: a thread that comes late gets an error, not the database."""
    alone.close()
    with pytest.raises(errors.GridworkerError):
        one(alone, "SELECT count(*) FROM household")
    assert key_of(alone.folder) not in [
        value for value in vars(alone.database).values() if isinstance(value, bytes)
    ]


def test_the_driver_says_other_errors_itself(alone: Store) -> None:
    with pytest.raises(Exception, match="no such table") as refused, alone.read() as connection:
        connection.exec_driver_sql("SELECT * FROM no_table")
    assert not isinstance(refused.value, errors.GridworkerError)


def test_a_failed_opening_leaves_the_file_free(alone: Store) -> None:
    """On Windows an open handle would keep the damaged file from being set aside."""
    alone.close()
    path = alone.folder / DATABASE_FILE
    path.write_bytes(b"x" * 8192)
    with pytest.raises(errors.DatabaseDamaged):
        Database(path, b"\x01" * 32)
    open_files = {str(handle.readlink()) for handle in Path("/proc/self/fd").iterdir() if handle.is_symlink()}
    assert str(path) not in open_files


def test_settings_of_a_pooled_connection_do_not_get_lost(alone: Store) -> None:
    """Each new connection of the pool is prepared like the first."""
    with alone.read() as first, alone.read() as second:
        for connection in (first, second):
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_a_copy_in_another_folder_opens_there(alone: Store, tmp_path: Path) -> None:
    edit_household(alone, household_of(alone), {"note": None}, {"note": "搬来的备注"})
    alone.close()
    moved = open_store(copied(alone.folder, tmp_path / "moved"))
    assert one(moved, "SELECT note FROM household WHERE note IS NOT NULL AND note = '搬来的备注'")
    moved.close()
