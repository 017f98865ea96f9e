"""A server made today and one that was migrated are the same, on both kinds of database; rows stay through it.

After a change of the server's tables, `GRIDWORKER_WRITE_REVISION=1 pytest` on this file writes the newest revision."""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gridworker.errors import DatabaseFromFuture
from gridworker.models.days import Clock
from gridworker.server import schema
from gridworker.server.database import KEY_FILE, Place, ServerDatabase, write_key
from gridworker.server.postgres import PostgresDatabase
from gridworker.store.database import Database
from tests.postgres import cluster

VERSIONS = Path(schema.__file__).parent / "migrations" / "versions"
NEWEST = VERSIONS / "v0005_export_log.py"
FIRST = importlib.import_module("gridworker.server.migrations.versions.v0001_first")
SECOND = importlib.import_module("gridworker.server.migrations.versions.v0002_second")
THIRD = importlib.import_module("gridworker.server.migrations.versions.v0003_demands")
FOURTH = importlib.import_module("gridworker.server.migrations.versions.v0004_reports")
HEADER = '''"""What was let out, for the office to read."""

from alembic import op

from gridworker.server import sums
from gridworker.server.schema import reshape

revision = "0005"
down_revision = "0004"

STATEMENTS = (
'''
FOOTER = """)


def upgrade() -> None:
    bind = op.get_bind()
    reshape(bind, STATEMENTS)
    for row in bind.exec_driver_sql("SELECT domain_id FROM domain_head").fetchall():
        sums.rebuild(bind, row[0])
"""


def plain(statement: str) -> str:
    return re.sub(r"\s+", " ", statement).strip()


def table_of(statement: str) -> str:
    found = re.search(r'(?:TABLE|ON) "?(\w+)"?', statement)
    assert found
    return found[1]


def before() -> set[str]:
    """The statements that make the tables of revision 0004."""
    kept = [plain(statement) for statement in FIRST.STATEMENTS]
    for revision in (SECOND, THIRD, FOURTH):
        anew = [plain(statement) for statement in revision.STATEMENTS]
        tables = {table_of(statement) for statement in anew}
        kept = [*(s for s in kept if table_of(s) not in tables), *anew]
    return set(kept)


def changed() -> list[str]:
    """The tables that differ from revision 0004, with all their indexes."""
    now = [plain(statement) for statement in schema.definitions()]
    tables = {table_of(s) for s in before().symmetric_difference(now)}
    return [s for s in now if table_of(s) in tables]


def test_the_newest_revision_knows_every_change() -> None:
    if os.environ.get("GRIDWORKER_WRITE_REVISION"):
        lines = "".join(f"    {_folded(statement)},\n" for statement in changed())
        NEWEST.write_text(HEADER + lines + FOOTER, "utf-8")
    newest = importlib.import_module("gridworker.server.migrations.versions.v0005_export_log")
    assert [plain(s) for s in newest.STATEMENTS] == changed(), "GRIDWORKER_WRITE_REVISION=1 writes it anew"


def _folded(statement: str) -> str:
    if " TABLE " not in statement:
        if len(statement) < 110:
            return f'"""{statement}"""'
        first, rest = statement.split(" WHERE ")
        return f'(\n        """{first}"""\n        """ WHERE {rest}"""\n    )'
    head, _, rest = statement.partition(" ( ")
    body, _, tail = rest.rpartition(")")
    parts = re.split(r", (?![^(]*\))", body.strip())
    return f'"""{head} (\n        ' + ",\n        ".join(parts) + f'\n    ){tail}"""'


@pytest.fixture(params=["folder", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "folder":
        yield tmp_path / "server"
        return
    name = cluster().make()
    yield cluster().url(name)
    cluster().drop(name)


def old_server(place: Place) -> None:
    """A server of version 1, with a community, a household and a visit in it."""
    database: Any
    if isinstance(place, Path):
        place.mkdir()
        write_key(place / KEY_FILE, b"k" * 32)
        database = Database(place / "server.db", b"k" * 32, create=True)
    else:
        database = PostgresDatabase(place)
    with database.write() as connection:
        for statement in FIRST.STATEMENTS:
            connection.exec_driver_sql(schema.in_words_of(connection, statement))
        for guard in schema.guards(connection):
            connection.exec_driver_sql(guard)
        connection.exec_driver_sql("INSERT INTO server_state (key, value) VALUES ('pepper', ?)", (b"p" * 32,))
        connection.exec_driver_sql(
            "INSERT INTO household (domain_id, id, bucket_id, row_version, deleted, code, unit_id, room, occupancy) "
            "VALUES (?, ?, ?, 3, 0, '1-1-1', ?, '101', 'owner')",
            (b"d", b"h", b"b", b"u"),
        )
        connection.exec_driver_sql(
            "INSERT INTO visit (domain_id, id, bucket_id, row_version, deleted, no, household_id, visited_on, mode, "
            "outcome, purpose) VALUES (?, ?, ?, 1, 0, 'Z26-02-0001', ?, '2026-11-01', 'door', 'met', 'routine')",
            (b"d", b"v", b"b", b"h"),
        )
    database.close()


def shape(database: ServerDatabase) -> dict[str, Any]:
    """Tables with their columns, and what is indexed how: not the order in which columns were added."""
    with database.read() as connection:
        if schema.is_postgres(connection):
            columns = connection.exec_driver_sql(
                "SELECT table_name, column_name, data_type, is_nullable, collation_name "
                "FROM information_schema.columns WHERE table_schema = 'public'"
            ).fetchall()
            indexes = connection.exec_driver_sql(
                "SELECT tablename, regexp_replace(indexdef, 'INDEX [^ ]+', '') FROM pg_indexes "
                "WHERE schemaname = 'public'"
            ).fetchall()
            guards = connection.exec_driver_sql(
                "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
            ).fetchall()
        else:
            columns = connection.exec_driver_sql(
                'SELECT m.name, c.name, c.type, c."notnull", c.pk FROM sqlite_master m, pragma_table_info(m.name) c '
                "WHERE m.type = 'table'"
            ).fetchall()
            indexes = connection.exec_driver_sql(
                "SELECT tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
            ).fetchall()
            guards = connection.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall()
    return {
        "columns": sorted(map(str, columns)),
        "indexes": sorted(plain(str(index)) for index in indexes),
        "guards": sorted(map(str, guards)),
    }


def test_a_migrated_server_is_like_a_new_one(place: Place, tmp_path: Path) -> None:
    old_server(place)
    migrated = ServerDatabase.open(place, Clock())
    with migrated.read() as connection:
        assert schema.version(connection) == schema.HEAD
        assert connection.exec_driver_sql("SELECT code, row_version FROM household").fetchall() == [
            ("1-1-1", 3)
        ]
        assert connection.exec_driver_sql("SELECT no, household_id FROM visit").fetchall() == [
            ("Z26-02-0001", b"h")
        ]
    found = shape(migrated)
    migrated.close()
    if isinstance(place, Path):
        fresh = ServerDatabase.create(tmp_path / "fresh", Clock())
        expected = shape(fresh)
        fresh.close()
    else:
        name = cluster().make()
        fresh = ServerDatabase.create(cluster().url(name), Clock())
        expected = shape(fresh)
        fresh.close()
        cluster().drop(name)
    assert found == expected


def test_a_server_from_the_future_is_left_alone(place: Place) -> None:
    database = ServerDatabase.create(place, Clock())
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0099'")
    database.close()
    with pytest.raises(DatabaseFromFuture):
        ServerDatabase.open(place, Clock())


def test_nobody_edits_the_audit(place: Place) -> None:
    database = ServerDatabase.create(place, Clock())
    row = (
        "INSERT INTO audit (domain_id, n, at, act, entity, commitment, hash) VALUES (?, 1, 1, 'x', '', ?, ?)"
    )
    with database.write() as connection:
        connection.exec_driver_sql(row, (b"d", b"c", b"h"))
    for statement in ("UPDATE audit SET act = 'y'", "DELETE FROM audit"):
        with pytest.raises(Exception, match="append-only"), database.write() as connection:
            connection.exec_driver_sql(statement)
    database.close()
