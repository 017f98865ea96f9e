"""SQL tables built from the registry, for the two physical shapes there are: one community per file on the client
(`rid` + `id`), many on the server (every key led by `domain_id`). Holds no rows and opens nothing."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text

from gridworker.models.entity import Entity, Field, Kind, Merge
from gridworker.models.registry import ENTITIES, hangs_on
from gridworker.store.day_figures import FIGURES

_NUMBERS = (Kind.INT, Kind.BOOL)
#: Named on the server's command line.
_TYPED = ("code", "login")


def _type(field: Field) -> type[Integer] | type[LargeBinary] | type[Text]:
    if field.kind in _NUMBERS:
        return Integer
    return LargeBinary if field.kind is Kind.REF else Text


def _meta_columns() -> list[Column[object]]:
    return [
        Column("bucket_id", LargeBinary, nullable=False),
        Column("row_version", Integer, nullable=False),
        Column("deleted", Integer, nullable=False),
    ]


def _client_column(entity: Entity, field: Field) -> Column[object]:
    links = (
        (ForeignKey(f"{field.refers}.id", deferrable=True, initially="DEFERRED"),)
        if hangs_on(entity, field)
        else ()
    )
    return Column(field.name, _type(field), *links, nullable=not _always_there(field))


def _always_there(field: Field) -> bool:
    return field.required and field.merge is not Merge.DERIVED


def _client_entity(meta: MetaData, entity: Entity) -> Table:
    table = Table(
        entity.name,
        meta,
        Column("rid", Integer, primary_key=True),
        Column("id", LargeBinary, nullable=False, unique=True),
        *_meta_columns(),
        *(_client_column(entity, field) for field in entity.fields),
    )
    for columns in entity.indexes:
        Index(f"ix_{entity.name}_{'_'.join(columns)}", *(table.c[name] for name in columns))
    return table


def server_entity(meta: MetaData, entity: Entity) -> Table:
    """The server's table of `entity`: no local fields, keys led by `domain_id`, found by bucket."""
    table = Table(
        entity.name,
        meta,
        Column("domain_id", LargeBinary, primary_key=True),
        Column("id", LargeBinary, primary_key=True),
        *_meta_columns(),
        *(
            Column(field.name, _type(field), nullable=not _always_there(field))
            for field in entity.wire_fields
        ),
    )
    Index(f"ix_{entity.name}_bucket", table.c.domain_id, table.c.bucket_id, table.c.id)
    for name in _asked_for(entity):
        column = table.c[name]
        there = column.is_not(None) if column.nullable else None  # a row without it costs nothing
        Index(
            f"ix_{entity.name}_{name}",
            table.c.domain_id,
            column,
            sqlite_where=there,
            postgresql_where=there,
        )
    return table


def _asked_for(entity: Entity) -> list[str]:
    """By what the server looks for rows: what they refer to, and the names people type. It makes no lists."""
    fields = {field.name: field for field in entity.wire_fields}
    first = dict.fromkeys(columns[0] for columns in entity.indexes if columns[0] in fields)
    return [
        name
        for name in first
        if name in _TYPED or (fields[name].kind is Kind.REF and fields[name].merge is not Merge.DERIVED)
    ]


def audit_tables(meta: MetaData, *lead: Column[object]) -> None:
    """The chain and the deletable payloads, two tables so that erasing a payload leaves the chain whole."""
    Table(
        "audit",
        meta,
        *(column._copy() for column in lead),
        Column("n", Integer, primary_key=True, autoincrement=False),
        Column("at", Integer, nullable=False),
        Column("actor", LargeBinary),
        Column("act", Text, nullable=False),
        Column("entity", Text, nullable=False),
        Column("record_id", LargeBinary),
        Column("commitment", LargeBinary, nullable=False),
        Column("hash", LargeBinary, nullable=False),
    )
    Table(
        "audit_payload",
        meta,
        *(column._copy() for column in lead),
        Column("n", Integer, primary_key=True, autoincrement=False),
        Column("salt", LargeBinary, nullable=False),
        Column("payload", LargeBinary, nullable=False),
    )


def _client_own(meta: MetaData) -> None:
    Table("local_state", meta, Column("key", Text, primary_key=True), Column("value", LargeBinary))
    outbox = Table(
        "outbox",
        meta,
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("op_id", LargeBinary, nullable=False, unique=True),
        Column("txn", LargeBinary, nullable=False),
        Column("entity", Text, nullable=False),
        Column("record_id", LargeBinary, nullable=False),
        Column("payload", LargeBinary, nullable=False),
        Column("state", Text, nullable=False),
        Column("result", LargeBinary),
        Column("at", Integer, nullable=False),
    )
    Index("ix_outbox_state", outbox.c.state, outbox.c.seq)
    Index("ix_outbox_record", outbox.c.record_id)
    draft = Table(
        "draft",
        meta,
        Column("id", LargeBinary, primary_key=True),
        Column("kind", Text, nullable=False),
        Column("target_id", LargeBinary),
        Column("body", LargeBinary, nullable=False),
        Column("at", Integer, nullable=False),
    )
    Index("ix_draft_target", draft.c.kind, draft.c.target_id)
    Table(
        "counter",
        meta,
        Column("series", Text, primary_key=True),
        Column("last", Integer, nullable=False),
    )


def _client_history(meta: MetaData) -> None:
    history = Table(
        "history",
        meta,
        Column("n", Integer, primary_key=True),
        Column("txn", LargeBinary, nullable=False),
        Column("at", Integer, nullable=False),
        Column("member_id", LargeBinary),
        Column("act", Text, nullable=False),
        Column("entity", Text, nullable=False),
        Column("record_id", LargeBinary, nullable=False),
        Column("kind", Text, nullable=False),
        Column("fields", LargeBinary, nullable=False),
        Column("undone", Integer, nullable=False),
    )
    Index("ix_history_record", history.c.record_id, history.c.n)
    Index("ix_history_txn", history.c.txn)
    Index("ix_history_at", history.c.at)


def _client_waiting(meta: MetaData) -> None:
    """What the server fails on, and what came that cannot stand here yet."""
    Table(
        "stuck",
        meta,
        Column("op_id", LargeBinary, primary_key=True),
        Column("tries", Integer, nullable=False),
        Column("first_at", Integer, nullable=False),
        Column("next_at", Integer, nullable=False),
        Column("why", Text, nullable=False),
        Column("placed", Integer, nullable=False),
    )
    Table(
        "parked",
        meta,
        Column("entity", Text, primary_key=True),
        Column("record_id", LargeBinary, primary_key=True),
        Column("why", Text, primary_key=True),
        Column("bucket_id", LargeBinary, nullable=False),
        Column("body", LargeBinary, nullable=False),
    )


def _client_statistics(meta: MetaData) -> None:
    stat = Table(
        "household_stat",
        meta,
        Column("household_id", LargeBinary, primary_key=True),
        Column("unit_id", LargeBinary, nullable=False),
        Column("served", Integer, nullable=False),
        Column("last_visit_on", Text),
        Column("last_outcome", Text),
        Column("last_met_on", Text),
        Column("tries_since_met", Integer, nullable=False),
        Column("promised_on", Text),
        Column("next_due_on", Text),
        Column("standing", Integer, nullable=False),
    )
    plan = (
        "unit_id",
        "served",
        "next_due_on",
        "promised_on",
        "tries_since_met",
    )  # all that a state is counted by
    Index("ix_household_stat_plan", *(stat.c[name] for name in plan))
    Index("ix_household_stat_visited", stat.c.served, stat.c.last_visit_on, stat.c.unit_id)
    for name, key in (("day_stat", "day"), ("span_stat", "span")):
        Table(
            name,
            meta,
            Column(key, Text, primary_key=True),
            Column("micro_grid_id", LargeBinary, primary_key=True),
            *(Column(figure, Integer, nullable=False) for figure in FIGURES),
            sqlite_with_rowid=False,
        )


def _client_coverage(meta: MetaData) -> None:
    Table(
        "seen_span",
        meta,
        Column("household_id", LargeBinary, primary_key=True),
        Column("begun", Text, primary_key=True),
        Column("ended", Text, nullable=False),
        Column("unit_id", LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    Table(
        "home_stat",
        meta,
        Column("unit_id", LargeBinary, primary_key=True),
        *(Column(name, Integer, nullable=False) for name in ("households", "reachable")),
        sqlite_with_rowid=False,
    )
    Table(
        "cover_stat",
        meta,
        Column("span", Text, primary_key=True),
        Column("unit_id", LargeBinary, primary_key=True),
        Column("change", Integer, nullable=False),
        sqlite_with_rowid=False,
    )


def _client_demand_days(meta: MetaData) -> None:
    days = Table(
        "demand_day",
        meta,
        Column("demand_id", LargeBinary, primary_key=True),
        Column("day", Text, primary_key=True),
        Column("until", Text, nullable=False),
        Column("unit_at", LargeBinary, nullable=False),
        *(Column(name, Text, nullable=False) for name in ("category", "source", "type")),
        *(Column(name, LargeBinary) for name in ("household_id", "public_spot_id")),
        Column("reported_on", Text, nullable=False),
        *(Column(name, Integer, nullable=False) for name in ("open", "running")),
        Column("due_at", Text, nullable=False),
        Column("taken_in", Integer, nullable=False),
        Column("accepted_on", Text),
        Column("contacted_in_time", Integer, nullable=False),
        Column("closed_on", Text),
        Column("in_time", Integer, nullable=False),
        Column("solve_level", Text),
        Column("same_day", Integer, nullable=False),
        *(Column(name, Text) for name in ("revisited_on", "satisfaction", "became", "became_on")),
        Column("concern", Text, nullable=False),
    )
    # what a window asks for is tested in the index; only rows that count are read
    Index("ix_demand_day_day", days.c.day, days.c.until)
    Index("ix_demand_day_open", days.c.open, days.c.until, days.c.day)
    Index("ix_demand_day_due", days.c.due_at, days.c.until, days.c.day)


def _client_keys(meta: MetaData) -> None:
    keys = Table(
        "find_key",
        meta,
        Column("entity", Text, primary_key=True),
        Column("how", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("rid", Integer, primary_key=True),
        sqlite_with_rowid=False,
    )
    Index("ix_find_key_record", keys.c.entity, keys.c.rid)


def client_tables() -> MetaData:
    """Every ordinary table of the client's database. Search tables are virtual: see store/search.py."""
    meta = MetaData()
    for entity in ENTITIES:
        _client_entity(meta, entity)
    _client_own(meta)
    _client_waiting(meta)
    _client_history(meta)
    _client_statistics(meta)
    _client_coverage(meta)
    _client_demand_days(meta)
    _client_keys(meta)
    audit_tables(meta)
    return meta


__all__ = ["audit_tables", "client_tables", "server_entity"]
