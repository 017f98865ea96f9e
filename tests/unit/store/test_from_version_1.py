"""A profile written by the first version: opened, backed up, migrated, and its people found by pinyin afterwards."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from gridworker.cli import main
from gridworker.models.registry import BY_NAME
from gridworker.store import backup, schema, search, statistics
from gridworker.store.connection import Connection
from gridworker.store.database import Database
from gridworker.store.keys import unwrap
from gridworker.store.progress import STEPS
from gridworker.store.queries.find import find
from gridworker.store.rows import HitKind, Match
from gridworker.store.spelling import spelled
from gridworker.store.store import DATABASE_FILE, Store
from gridworker.wording import Wording
from tests.community import NOW, PASSPHRASE, clock_at, copied, counts, one, open_store


def first_version() -> ModuleType:
    """The revision as it was shipped: a snapshot that nobody edits."""
    path = Path(schema.__file__).parent / "migrations" / "versions" / "v0001_first.py"
    spec = importlib.util.spec_from_file_location("v0001_first", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows_of(
    connection: Connection, table: str, columns: list[str]
) -> tuple[list[str], list[tuple[object, ...]]]:
    quoted = ", ".join(f'"{name}"' for name in columns)
    return columns, [tuple(row) for row in connection.exec_driver_sql(f"SELECT {quoted} FROM {table}")]


def write_version_1(source: Database, target: Database) -> None:
    """The same rows in the tables of the first version, with everything indexed as that version did."""
    with source.read() as old, target.write() as new:
        for statement in first_version().STATEMENTS:
            new.exec_driver_sql(statement)
        names = [row[0] for row in new.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in (name for name in names if not name.startswith(("find_", "sqlite_"))):
            columns, rows = rows_of(
                old, f'"{table}"', [row[1] for row in new.exec_driver_sql(f"PRAGMA table_info({table})")]
            )
            quoted, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
            if rows:
                new.exec_driver_sql(f'INSERT INTO "{table}" ({quoted}) VALUES ({marks})', rows)
        for entity in (entity for entity in search.SEARCHED if f"find_{entity.name}" in names):
            fields = ", ".join(entity.search)
            found = new.exec_driver_sql(f"SELECT rid, {fields} FROM {entity.name} ORDER BY rid").fetchall()
            bodies = [
                (row[0], search.tokens(" ".join(str(part) for part in row[1:] if part))) for row in found
            ]
            new.exec_driver_sql(f"INSERT INTO find_{entity.name} (rowid, body) VALUES (?, ?)", bodies)
            mark = (f"indexed:{entity.name}", str(found[-1][0]).encode())
            new.exec_driver_sql("INSERT OR REPLACE INTO local_state VALUES (?, ?)", mark)
        new.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        new.exec_driver_sql("INSERT INTO alembic_version VALUES ('0001')")
        new.exec_driver_sql("PRAGMA user_version = 1")


@pytest.fixture
def old_folder(alone_template: Path, tmp_path: Path) -> Path:
    folder = copied(alone_template, tmp_path / "old")
    key = unwrap(folder, PASSPHRASE, NOW.timestamp())
    source = Database(folder / DATABASE_FILE, key)
    target = Database(tmp_path / "version-1.db", key, create=True)
    write_version_1(source, target)
    source.close()
    target.close()
    for name in (DATABASE_FILE, DATABASE_FILE + "-wal", DATABASE_FILE + "-shm"):
        (folder / name).unlink(missing_ok=True)
    (tmp_path / "version-1.db").rename(folder / DATABASE_FILE)
    return folder


@pytest.fixture
def migrated(old_folder: Path) -> Iterator[Store]:
    store = open_store(old_folder)
    yield store
    store.close()


def test_the_file_is_of_the_first_version(old_folder: Path) -> None:
    database = Database(old_folder / DATABASE_FILE, unwrap(old_folder, PASSPHRASE, NOW.timestamp()))
    assert schema.version(database) == 1
    with database.read() as connection:
        found = connection.exec_driver_sql(
            "SELECT count(*) FROM sqlite_master WHERE name = 'find_key'"
        ).scalar()
    assert found == 0
    database.close()


def test_opening_backs_up_and_migrates(alone: Store, migrated: Store) -> None:
    assert schema.version(migrated.database) == schema.HEAD
    assert one(migrated, "SELECT version_num FROM alembic_version") == f"{schema.HEAD:04d}"
    assert migrated.database.integrity() == []
    later = {
        "plan_item",
        "duty",
        "duty_note",
        "shop",
        "public_spot",
        "household_link",
        "consent",
        "service_need",
    }
    kept_rows = {name: 0 if name in later else n for name, n in counts(alone).items()}
    days = "day_stat"  # counts plans and visits to shops, too, which the first version had not
    assert counts(migrated) | {days: 0} == kept_rows | {days: 0}
    with migrated.read() as connection:
        assert statistics.difference(connection) == []
    copy = backup.newest(migrated.folder)
    assert copy is not None
    kept = Database(copy / "database.db", unwrap(copy, PASSPHRASE, NOW.timestamp()))
    assert schema.version(kept) == 1
    kept.close()


def test_people_are_found_as_before_and_soon_by_pinyin(migrated: Store) -> None:
    resident, name = (
        one(migrated, "SELECT id FROM resident LIMIT 1"),
        one(migrated, "SELECT name FROM resident LIMIT 1"),
    )
    letters = spelled(str(name), person=True).pinyin[0]
    assert resident in {hit.id for hit in find(migrated, str(name))}
    assert not [hit for hit in find(migrated, letters) if hit.kind is HitKind.RESIDENT]
    while migrated.index_some(100):
        pass
    found = {hit.id: hit for hit in find(migrated, letters)}
    assert isinstance(resident, bytes)
    assert found[resident].match is Match.PINYIN
    assert {hit.match for hit in find(migrated, "jlsq")} == {Match.INITIALS}
    with migrated.read() as connection:
        rids = search.matching_rids(connection, BY_NAME["resident"], str(name), 100)
    assert len(rids) == len(set(rids)) >= 1


def test_a_file_of_this_version_is_not_migrated_again(migrated: Store) -> None:
    folder = migrated.folder
    made = sorted(path.name for path in (folder / "backups").iterdir())
    migrated.close()
    again = open_store(folder)
    assert sorted(path.name for path in (folder / "backups").iterdir()) == made
    again.close()


def test_every_step_of_a_migration_is_told(old_folder: Path) -> None:
    told: list[tuple[str, int, int]] = []
    Store.open(
        old_folder,
        PASSPHRASE,
        clock_at(),
        progress=lambda step, done, total: told.append((step, done, total)),
    ).close()
    assert tuple(dict.fromkeys(step for step, _, _ in told)) == STEPS
    done, total = [(done, total) for step, done, total in told if step == "backup"][-1]
    assert done == total > 0
    told.clear()
    Store.open(
        old_folder,
        PASSPHRASE,
        clock_at(),
        progress=lambda step, done, total: told.append((step, done, total)),
    ).close()
    assert told == []


def test_the_command_line_says_what_takes_so_long(
    old_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pass").write_text(PASSPHRASE, "utf-8")
    given = ["--profile", str(old_folder), "--passphrase-file", str(tmp_path / "pass"), "--language", "en"]
    assert main([*given, "list", "nodes"]) == 0
    said, words = capsys.readouterr().err, Wording.load("en")
    assert all(words(f"migration.{step}") in said for step in STEPS)
    assert "100 %" in said
