"""Backups: encrypted, checked before they count, three of them, readable with the passphrase they were made under."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from gridworker import errors
from gridworker.models.days import CHINA, Clock
from gridworker.models.registry import ENTITIES
from gridworker.services.visits import log_visit
from gridworker.store import backup
from gridworker.store.keys import KEY_FILE, unwrap
from gridworker.store.queries.health import newest_backup
from gridworker.store.store import DATABASE_FILE, Store
from tests.community import NOW, PASSPHRASE, all_rows, clock_at, counts, form, household_of, one, open_store


def restored(copy: Path, folder: Path) -> Store:
    folder.mkdir()
    shutil.copy(copy / "database.db", folder / DATABASE_FILE)
    shutil.copy(copy / KEY_FILE, folder / KEY_FILE)
    return open_store(folder)


def rolling(store: Store) -> list[str]:
    return sorted(path.name for path in (store.folder / "backups").iterdir())


def key_of(store: Store) -> bytes:
    return unwrap(store.folder, PASSPHRASE, NOW.timestamp())


def noted(before: dict[str, int]) -> dict[str, int]:
    """What a copy holds beside what was copied: that it goes on as an incarnation of its own."""
    return {**before, "audit": before["audit"] + 1, "audit_payload": before["audit_payload"] + 1}


def test_a_backup_opens_with_the_passphrase_and_holds_every_row(alone: Store, tmp_path: Path) -> None:
    logged = log_visit(alone, form(household_of(alone), said="备份里的话"))
    before, rows = counts(alone), {e.name: all_rows(alone, e.name) for e in ENTITIES}
    made = alone.back_up(tmp_path / "copy")
    log_visit(alone, form(household_of(alone)))
    assert {path.name for path in made.iterdir()} == {"database.db", KEY_FILE}
    for content in (path.read_bytes() for path in made.iterdir()):
        assert "备份里的话".encode() not in content
        assert b"SQLite format 3" not in content
    again = restored(made, tmp_path / "again")
    assert counts(again) == noted(before)
    assert {e.name: all_rows(again, e.name) for e in ENTITIES} == rows
    assert one(again, "SELECT said FROM visit WHERE id = ?", logged.visit_id) == "备份里的话"
    assert again.database.integrity() == []
    again.close()


def test_three_are_kept_and_the_oldest_goes(alone: Store) -> None:
    for hour in range(5):
        alone.use_clock(clock_at(NOW + dt.timedelta(hours=hour)))
        alone.back_up()
    assert rolling(alone) == [f"20261120-{hour:02d}0000.gwbackup" for hour in (11, 12, 13)]
    assert one(alone, "SELECT count(*) FROM audit WHERE act = 'backed_up'") == 5
    assert newest_backup(alone) == "11-20 13:00"


def test_a_backup_made_under_a_clock_set_back_is_kept(alone: Store) -> None:
    for hour in range(3):
        alone.use_clock(clock_at(NOW + dt.timedelta(hours=hour)))
        alone.back_up()
    alone.use_clock(Clock(dt.datetime(2025, 1, 1, tzinfo=CHINA).timestamp))
    made = alone.back_up()
    assert made.exists()
    assert len(rolling(alone)) == backup.KEPT


def test_a_backup_elsewhere_does_not_push_out_a_rolling_one(alone: Store, tmp_path: Path) -> None:
    for hour in range(3):
        alone.use_clock(clock_at(NOW + dt.timedelta(hours=hour)))
        alone.back_up()
    before = rolling(alone)
    alone.back_up(tmp_path / "stick")
    assert rolling(alone) == before


def test_a_backup_takes_the_place_of_one_of_the_same_name(alone: Store, tmp_path: Path) -> None:
    alone.back_up(tmp_path / "copy")
    log_visit(alone, form(household_of(alone)))
    again = restored(alone.back_up(tmp_path / "copy"), tmp_path / "again")
    assert one(again, "SELECT count(*) FROM visit") == one(alone, "SELECT count(*) FROM visit")
    again.close()


def test_without_backups_there_is_no_newest(alone: Store) -> None:
    assert backup.newest(alone.folder) is None
    assert newest_backup(alone) == ""


@pytest.mark.parametrize("damage", ["cut", "bit", "empty", "foreign"])
def test_a_damaged_backup_is_refused(alone: Store, tmp_path: Path, damage: str) -> None:
    made = alone.back_up(tmp_path / "copy")
    path = made / "database.db"
    content = bytearray(path.read_bytes())
    if damage == "cut":
        os.truncate(path, len(content) // 2)
    elif damage == "bit":
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    else:
        path.write_bytes(b"" if damage == "empty" else b"PK\x03\x04" * 999)
    with pytest.raises(errors.BackupInvalid):
        backup.check(made, key_of(alone))


def test_a_missing_or_foreign_backup_is_refused(alone: Store, tmp_path: Path) -> None:
    made = alone.back_up(tmp_path / "copy")
    with pytest.raises(errors.BackupInvalid):
        backup.check(made, b"\x01" * 32)
    with pytest.raises(errors.BackupInvalid):
        backup.check(tmp_path / "nowhere", key_of(alone))


def test_a_copy_that_fails_its_check_is_removed_and_the_old_one_stays(
    alone: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = alone.back_up(tmp_path / "copy")
    before = (made / "database.db").read_bytes()

    def refuse(copy: Path, key: bytes) -> None:
        raise errors.BackupInvalid(path=str(copy), why="test")

    monkeypatch.setattr(backup, "check", refuse)
    with pytest.raises(errors.BackupInvalid):
        alone.back_up(tmp_path / "copy")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("copy")] == ["copy"]
    assert (made / "database.db").read_bytes() == before


def test_backing_up_while_another_thread_saves(alone: Store, tmp_path: Path) -> None:
    import threading

    household = household_of(alone)
    saved: list[bytes] = []
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            saved.append(log_visit(alone, form(household)).visit_id)

    thread = threading.Thread(target=work)
    thread.start()
    made = [alone.back_up(tmp_path / f"copy{n}") for n in range(3)]
    stop.set()
    thread.join()
    for place, copy in enumerate(made):
        again = restored(copy, tmp_path / f"again{place}")
        visits = one(again, "SELECT count(*) FROM visit")
        assert (
            one(
                again,
                "SELECT count(*) FROM visit v WHERE EXISTS (SELECT 1 FROM visit_visitor w WHERE w.visit_id = v.id)",
            )
            == visits
        )
        assert again.database.integrity() == []
        again.close()


def test_what_was_asked_is_not_in_an_error(alone: Store) -> None:
    with pytest.raises(dbapi2.Error) as caught, alone.database.write() as connection:
        connection.exec_driver_sql("INSERT INTO draft (id, nothing) VALUES (?, ?)", (b"1", "张三的话"))
    assert "张三" not in str(caught.value)


@pytest.mark.skipif(os.name == "nt", reason="no such names there")
def test_a_folder_may_have_any_name(alone: Store, tmp_path: Path) -> None:
    before = counts(alone)
    again = restored(alone.back_up(tmp_path / "copy"), tmp_path / "what?mode=ro#1 %20")
    assert counts(again) == noted(before)
    again.close()
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith("what")) == ["what?mode=ro#1 %20"]
