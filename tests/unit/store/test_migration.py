"""Migrations: after a backup, whole or not at all, and children survive the rebuilding of their parent's table."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gridworker import errors
from gridworker.store import backup, schema
from gridworker.store.connection import Connection
from gridworker.store.database import Database
from gridworker.store.keys import unwrap
from gridworker.store.store import DATABASE_FILE, Store
from tests.community import NOW, PASSPHRASE, clock_at, counts, household_of, one, open_store

SHIPPED = Path(schema.__file__).parent / "migrations"
NEXT = schema.HEAD + 1

#: Rebuilds the parent's table, as SQLite needs for most changes.
ADDS_A_COLUMN = '''"""A later version."""

import sqlalchemy as sa
from alembic import op

revision = "{next:04d}"
down_revision = "{head:04d}"


def upgrade() -> None:
    with op.batch_alter_table("household", recreate="always") as table:
        table.add_column(sa.Column("lift", sa.Text))
{more}
'''


def scripts_with(folder: Path, more: str = "") -> Path:
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns("__pycache__"))
    body = ADDS_A_COLUMN.format(more=more, next=NEXT, head=schema.HEAD)
    (folder / "versions" / f"v{NEXT:04d}_later.py").write_text(body, "utf-8")
    return folder


def tables(connection: Connection) -> dict[str, str]:
    """Name → statement of everything in the file, blanks evened out."""
    rows = connection.exec_driver_sql(
        "SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
    )
    return {
        row[0]: " ".join(row[1].split()).replace("( ", "(").replace(" )", ")").replace('"', "").lower()
        for row in rows
    }


def migrate(store: Store, scripts: Path, made: list[Path] | None = None) -> None:
    def copy() -> Path:
        found = store.back_up(store.folder / "backups" / "20261120-090000-old.gwbackup")
        if made is not None:
            made.append(found)
        return found

    schema.make_current(store.database, copy, scripts, NEXT)


def test_a_file_made_new_equals_one_made_by_the_revisions(alone: Store, tmp_path: Path) -> None:
    from alembic import command
    from alembic.config import Config

    database = Database(tmp_path / "revised.db", b"\x01" * 32, create=True)
    config = Config()
    config.set_main_option("script_location", str(SHIPPED))
    with database.unforeign() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        revised = tables(connection)
        version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    database.close()
    with alone.read() as connection:
        made = tables(connection)
    assert revised == made
    assert version == f"{schema.HEAD:04d}"
    newest = max(path.name for path in (SHIPPED / "versions").glob("v*.py"))
    assert newest.startswith(f"v{schema.HEAD:04d}_")


def test_children_survive_and_a_backup_was_made_before(alone: Store, tmp_path: Path) -> None:
    before, copies = counts(alone), list[Path]()
    assert before["resident"] > 100
    migrate(alone, scripts_with(tmp_path / "scripts"), copies)
    after = counts(alone)
    assert {name: after[name] for name in before if not name.startswith("audit")} == {
        name: before[name] for name in before if not name.startswith("audit")
    }
    assert one(alone, "SELECT count(*) FROM household WHERE lift IS NULL") == before["household"]
    assert schema.version(alone.database) == NEXT
    assert one(alone, "SELECT version_num FROM alembic_version") == f"{NEXT:04d}"
    assert one(alone, "PRAGMA foreign_keys") == 1
    assert alone.database.integrity() == []
    (copy,) = copies
    old = Database(copy / "database.db", unwrap(copy, PASSPHRASE, NOW.timestamp()))
    assert schema.version(old) == schema.HEAD
    old.close()


def test_with_foreign_keys_on_the_same_migration_would_lose_the_children(
    alone: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why `unforeign` is there: without it the rebuilding is refused or children are gone."""
    before = counts(alone)
    monkeypatch.setattr(Database, "unforeign", Database.write)
    with pytest.raises(Exception, match=r"."):
        migrate(alone, scripts_with(tmp_path / "scripts"))
        assert counts(alone)["resident"] == before["resident"]


FAILING = {
    "an error in the middle": '    op.execute("INSERT INTO nothing VALUES (1)")',
    "a python error": "    raise RuntimeError('half way')",
    "children left without a parent": '    op.execute("DELETE FROM household")',
}


@pytest.mark.parametrize("why", FAILING)
def test_a_migration_that_fails_leaves_the_file_as_it_was(alone: Store, tmp_path: Path, why: str) -> None:
    with alone.read() as connection:
        before = tables(connection)
    had = counts(alone)
    with pytest.raises(Exception, match=r".") as failed:
        migrate(alone, scripts_with(tmp_path / "scripts", FAILING[why]))
    if "children" in why:
        assert isinstance(failed.value, errors.DatabaseDamaged)
    with alone.read() as connection:
        assert tables(connection) == before
    assert schema.version(alone.database) == schema.HEAD
    assert one(alone, "SELECT version_num FROM alembic_version") == f"{schema.HEAD:04d}"
    assert one(alone, "PRAGMA foreign_keys") == 1
    assert counts(alone)["household"] == had["household"]
    folder = alone.folder
    alone.close()
    again = open_store(folder)
    assert household_of(again)
    again.close()


def test_without_a_backup_nothing_is_migrated(alone: Store, tmp_path: Path) -> None:
    def full() -> Path:
        raise errors.DiskFull(path="x")

    with pytest.raises(errors.DiskFull):
        schema.make_current(alone.database, full, scripts_with(tmp_path / "scripts"), NEXT)
    assert schema.version(alone.database) == schema.HEAD


def test_a_current_file_is_left_alone(alone: Store) -> None:
    def never() -> Path:
        raise AssertionError("no backup is needed")

    schema.make_current(alone.database, never)
    with pytest.raises(errors.DatabaseFromFuture):
        schema.make_current(alone.database, never, head=0)


def test_opening_migrates_by_itself(alone: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = alone.folder
    alone.close()
    real, scripts = schema.make_current, scripts_with(tmp_path / "scripts")
    monkeypatch.setattr(
        schema, "make_current", lambda database, copy, **_: real(database, copy, scripts, NEXT)
    )
    store = open_store(folder, clock_at())
    assert schema.version(store.database) == NEXT
    found = backup.newest(folder)
    assert found is not None
    assert found.name == "20261120-090000-old.gwbackup"
    assert one(store, "SELECT count(*) FROM household") == 96
    store.close()
    assert (folder / DATABASE_FILE).exists()
