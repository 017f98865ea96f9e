"""F28 and F26: a damaged file is kept and replaced, with all that was made here; a full disk still takes a save."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridworker import errors
from gridworker.models.op import OpResult, Outcome, decode_op
from gridworker.services.households import opt_out
from gridworker.services.visits import log_visit
from gridworker.store import ballast, notices, outbox, salvage, schema
from gridworker.store.keys import unwrap
from gridworker.store.store import DATABASE_FILE, Store
from gridworker.store.upkeep import HOUR, Upkeep
from gridworker.wording import LANGUAGES, Wording
from tests.community import (
    NOW,
    PASSPHRASE,
    clock_at,
    form,
    household_of,
    joined_store,
    one,
    open_store,
    take_back,
)


def die(store: Store) -> None:
    """The program ends without closing the profile."""
    store.database.checkpoint()
    store.database.close()
    store._lock.release()


def spoil(path: Path, share: float, size: int = 4096) -> None:
    raw = bytearray(path.read_bytes())
    at = int(len(raw) * share) // 4096 * 4096
    raw[at : at + size] = bytes(byte ^ 0x5A for byte in raw[at : at + size])
    path.write_bytes(raw)


@pytest.fixture
def working(alone: Store, tmp_path: Path) -> Store:
    """A joined laptop with one answered visit and two unsent ones."""
    store = joined_store(tmp_path / "laptop", alone)
    log_visit(store, form(household_of(store), said="已发"))
    with store.database.write() as connection:
        seqs = [row[0] for row in connection.exec_driver_sql("SELECT seq FROM outbox").fetchall()]
        outbox.settle(connection, [OpResult(seq, Outcome.APPLIED, 1) for seq in seqs])
    for text in ("未发一", "未发二"):
        log_visit(store, form(household_of(store), said=text))
    return store


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7, 0.9])
def test_f28_a_damaged_page_is_found_after_an_unclean_end_and_the_outbox_is_saved(
    working: Store, share: float
) -> None:
    folder, was = working.folder, working.known
    before = [row for row in _outbox(working) if row[1] == "new"]
    die(working)
    spoil(folder / DATABASE_FILE, share)
    store = open_store(folder)
    kept = [path.name for path in folder.iterdir() if ".damaged-" in path.name]
    assert kept
    after = [row for row in _outbox(store) if row[1] == "new"]
    assert {row[0] for row in after} <= {row[0] for row in before}
    assert len(after) >= len(before) - 2  # at most the ops on the damaged page
    assert [decode_op(row[2]).seq for row in after] == list(range(1, len(after) + 1))
    assert store.known.incarnation != was.incarnation
    assert store.known.community_id == was.community_id
    assert one(store, "SELECT count(*) FROM household") == 0  # comes again from the server
    with store.read() as connection:
        assert {notice.code for notice in notices.every(connection)} == {"salvaged", "incarnation"}
    store.close()
    store = open_store(folder)  # a clean one is not looked at again
    assert len([path for path in folder.iterdir() if ".damaged-" in path.name]) == len(kept)
    store.close()


def _outbox(store: Store) -> list[tuple[bytes, str, bytes]]:
    with store.read() as connection:
        rows = connection.exec_driver_sql("SELECT op_id, state, payload FROM outbox ORDER BY seq").fetchall()
    return [tuple(row) for row in rows]


def test_f28_a_sound_file_is_left_alone_after_an_unclean_end(working: Store) -> None:
    folder = working.folder
    die(working)
    store = open_store(folder)
    assert not [path for path in folder.iterdir() if ".damaged-" in path.name]
    assert len(_outbox(store)) == 6
    store.close()
    assert not (folder / salvage.OPEN_FILE).exists()


def test_f33_a_newer_programs_file_is_left_alone_however_it_was_left(
    working: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[object] = []
    monkeypatch.setattr(salvage, "is_sound", lambda *asked: looked.append(asked))
    folder = working.folder
    with working.database.bare() as raw:
        raw.execute(f"PRAGMA user_version = {schema.HEAD + 1}")
        raw.execute("PRAGMA foreign_keys = OFF")  # what a newer program keeps may look damaged to this one
        raw.execute("DELETE FROM household WHERE id = (SELECT household_id FROM visit LIMIT 1)")
    die(working)
    before = (folder / DATABASE_FILE).read_bytes()
    names = sorted(path.name for path in folder.iterdir())
    for _ in range(2):
        with pytest.raises(errors.DatabaseFromFuture):
            open_store(folder)
    assert (folder / DATABASE_FILE).read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == names
    assert looked == []  # what is sound in it is not this program's to say
    assert (folder / salvage.OPEN_FILE).exists()  # it is still to be checked by who can


def test_f33_a_newer_programs_damaged_file_is_not_replaced(working: Store) -> None:
    folder = working.folder
    with working.database.bare() as raw:
        raw.execute(f"PRAGMA user_version = {schema.HEAD + 1}")
    key = unwrap(folder, PASSPHRASE, NOW.timestamp())
    die(working)
    with pytest.raises(errors.DatabaseFromFuture):
        salvage.salvage(folder / DATABASE_FILE, key, clock_at())
    assert [path.name for path in folder.glob("*.damaged-*")] == []
    assert (folder / DATABASE_FILE).exists()


def test_the_check_after_an_unclean_end_is_told(working: Store) -> None:
    folder, told = working.folder, list[tuple[str, int, int]]()
    die(working)
    for _ in range(2):
        Store.open(
            folder, PASSPHRASE, clock_at(), lambda step, done, total: told.append((step, done, total))
        ).close()
    assert told == [("unclean", 0, 3), ("unclean", 1, 3), ("unclean", 2, 3)]  # not again after a clean end
    assert all(Wording.load(language).has("migration.unclean") for language in LANGUAGES)


def test_f28_a_community_without_a_server_is_not_replaced_by_an_empty_one(alone: Store) -> None:
    folder = alone.folder
    die(alone)
    spoil(folder / DATABASE_FILE, 0.5)
    was = (folder / DATABASE_FILE).read_bytes()
    with pytest.raises(errors.DatabaseDamaged):
        open_store(folder)
    assert (folder / DATABASE_FILE).read_bytes() == was


# -- room --------------------------------------------------------------------------------------------------------


def test_f26_a_full_disk_still_takes_a_save_from_the_ballast(
    working: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ballast.lay_down(working.folder, 4096)
    real = working.save_within

    def full(*arguments: object, **more: object) -> object:
        if (working.folder / ballast.BALLAST_FILE).exists():
            raise errors.DiskFull(path="x")
        return real(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(working, "save_within", full)
    log_visit(working, form(household_of(working), said="磁盘满了"))
    assert one(working, "SELECT count(*) FROM visit WHERE said = '磁盘满了'") == 1
    assert not (working.folder / ballast.BALLAST_FILE).exists()
    done = opt_out(working, household_of(working), on=True)
    ballast.lay_down(working.folder, 4096)
    take_back(working, done)
    assert not one(working, "SELECT visit_opt_out FROM household WHERE id = ?", household_of(working))
    assert not (working.folder / ballast.BALLAST_FILE).exists()
    monkeypatch.setattr(
        working, "save_within", lambda *_, **__: (_ for _ in ()).throw(errors.DiskFull(path="x"))
    )
    with pytest.raises(errors.DiskFull):
        log_visit(working, form(household_of(working)))
    working.close()


def test_the_ballast_takes_no_scarce_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ballast.lay_down(tmp_path, 8192)
    assert (tmp_path / ballast.BALLAST_FILE).stat().st_size == 8192
    assert ballast.give_up(tmp_path)
    assert not ballast.give_up(tmp_path)
    assert not ballast.lay_down(tmp_path, 1 << 60)
    assert not (tmp_path / ballast.BALLAST_FILE).exists()


def test_a_verified_copy_is_made_every_hour_while_something_is_unsent(
    working: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ballast, "SIZE", 4096)
    now = [0.0]
    care = Upkeep(working, lambda: now[0])
    copies = working.folder / "backups"

    def made() -> int:
        return len(list(copies.glob("*.gwbackup"))) if copies.exists() else 0

    care.look()
    assert made() == 0
    now[0] = HOUR + 1
    working.use_clock(clock_at())
    care.look()
    assert made() == 1
    now[0] += HOUR / 2
    care.look()
    assert made() == 1
    with working.database.write() as connection:
        connection.exec_driver_sql("UPDATE outbox SET state = 'done'")
    now[0] += 3 * HOUR
    care.look()
    assert made() == 1
    working.close()
