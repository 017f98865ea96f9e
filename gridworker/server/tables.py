"""The server's tables: the registry's entities and what order, devices and scope need. Every key is led by
`domain_id`, so that many communities lie in one database. Holds no rows and opens nothing."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint

from gridworker.models.registry import ENTITIES
from gridworker.store.tables import audit_tables, server_entity


def _domain() -> Column[bytes]:
    return Column("domain_id", LargeBinary, primary_key=True)


def _order(meta: MetaData) -> None:
    """`domain_head` gives the sequence: its row is locked until the commit, so sequence order is commit order."""
    Table(
        "domain_head",
        meta,
        _domain(),
        Column("head", Integer, nullable=False),
        Column("server_epoch", LargeBinary, nullable=False),
        Column("tree_version", Integer, nullable=False),
        Column("name", Text, nullable=False),
        Column("code", Text, nullable=False),
        Column("practice", Integer, nullable=False),
        Column("lease_days", Integer),
    )
    Table(
        "feed",
        meta,
        _domain(),
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("bucket_id", LargeBinary, nullable=False),
        Column("entity", Text, nullable=False),
        Column("record_id", LargeBinary, nullable=False),
        Column("row_version", Integer, nullable=False),
        Column("kind", Text, nullable=False),
        UniqueConstraint("domain_id", "bucket_id", "entity", "record_id"),
        sqlite_with_rowid=False,
    )


def _devices(meta: MetaData) -> None:
    device = Table(
        "device",
        meta,
        _domain(),
        Column("device_id", LargeBinary, primary_key=True),
        Column("number", Integer, nullable=False),
        Column("account_id", LargeBinary),
        Column("member_id", LargeBinary),
        Column("login", Text, nullable=False),
        Column("public_key", LargeBinary, nullable=False),
        Column("incarnation", LargeBinary, nullable=False),
        Column("last_seq", Integer, nullable=False),
        Column("state", Text, nullable=False),
        Column("app", Text, nullable=False),
        Column("protocol", Text, nullable=False),
        Column("enrolled_at", Integer, nullable=False),
        Column("purged_epoch", Integer),
        Column("pulled", Integer),
        Column("heard_at", Integer),
        Column("unsent", Integer),
        Column("audit_n", Integer),
        Column("audit_hash", LargeBinary),
        UniqueConstraint("domain_id", "number"),
    )
    Index("ix_device_id", device.c.device_id)
    Table(
        "device_op",
        meta,
        _domain(),
        Column("device_id", LargeBinary, primary_key=True),
        Column("incarnation", LargeBinary, primary_key=True),
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("op_id", LargeBinary, nullable=False),
        Column("salt", LargeBinary),
        Column("mac", LargeBinary),
        Column("result", LargeBinary, nullable=False),
        Column("at", Integer, nullable=False),
        Column("record_id", LargeBinary),
        UniqueConstraint("domain_id", "op_id"),
        sqlite_with_rowid=False,
    )


def _access(meta: MetaData) -> None:
    """Only digests of tokens and codes are kept."""
    token = Table(
        "token",
        meta,
        _domain(),
        Column("device_id", LargeBinary, primary_key=True),
        Column("access", LargeBinary, nullable=False),
        Column("access_until", Integer, nullable=False),
        Column("refresh", LargeBinary, nullable=False),
        Column("previous", LargeBinary),
        Column("until", Integer, nullable=False),
        Column("state", Text, nullable=False),
    )
    Index("ix_token_access", token.c.access, unique=True)
    invitation = Table(
        "invitation",
        meta,
        _domain(),
        Column("code", LargeBinary, primary_key=True),
        Column("account_id", LargeBinary, nullable=False),
        Column("until", Integer, nullable=False),
        Column("used_at", Integer),
    )
    Index("ix_invitation_code", invitation.c.code)
    Table(
        "scope",
        meta,
        _domain(),
        Column("account_id", LargeBinary, primary_key=True),
        Column("epoch", Integer, nullable=False),
        Column("manifest", LargeBinary, nullable=False),
        Column("buckets", LargeBinary),
        Column("lost", LargeBinary),
    )


def _life(meta: MetaData) -> None:
    """`bucket_sum` is what devices compare; `domain_life` the lowest cursor the feed still serves and until when (ms)
    a restored server collects, `feed_day` the head on each day, `reoffered` and `reported` what it has collected,
    `rehome_job` the stairwells that passed to another micro-grid and whose households have not all followed."""
    Table(
        "bucket_sum",
        meta,
        _domain(),
        Column("bucket_id", LargeBinary, primary_key=True),
        Column("entity", Text, primary_key=True),
        Column("n", Integer, nullable=False),
        Column("total", Integer, nullable=False),
    )
    Table(
        "domain_life",
        meta,
        _domain(),
        Column("floor", Integer, nullable=False),
        Column("recovering_until", Integer, nullable=False),
    )
    Table(
        "feed_day",
        meta,
        _domain(),
        Column("day", Text, primary_key=True),
        Column("head", Integer, nullable=False),
    )
    Table(
        "reoffered",
        meta,
        _domain(),
        Column("device_id", LargeBinary, primary_key=True),
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("place", Integer, nullable=False),
        Column("raw", LargeBinary, nullable=False),
    )
    Table("rehome_job", meta, _domain(), Column("unit_id", LargeBinary, primary_key=True))
    Table(
        "reported",
        meta,
        _domain(),
        Column("device_id", LargeBinary, primary_key=True),
        Column("at", Integer, nullable=False),
    )


def server_tables() -> MetaData:
    """Every table of the server's database."""
    meta = MetaData()
    for entity in ENTITIES:
        server_entity(meta, entity)
    _order(meta)
    _devices(meta)
    _access(meta)
    _life(meta)
    Table(
        "server_state",
        meta,
        Column("key", Text, primary_key=True),
        Column("value", LargeBinary, nullable=False),
    )
    audit_tables(meta, Column("domain_id", LargeBinary, primary_key=True))
    return meta
