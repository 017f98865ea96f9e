"""Makes a prepared profile larger: the same households, people, visits, plans and demands again under other ids, by
bare statements. A preparation only; nothing here is measured."""

from __future__ import annotations

from typing import Any

from benchmarks import bare
from gridworker.store import statistics
from gridworker.store.store import Store

#: Column -> copied under another id when it leads to a copied row.
_REFERENCES = {
    "id", "household_id", "resident_id", "visit_id", "contact_resident_id", "guardian_resident_id",
    "reporter_resident_id", "demand_id",
}  # fmt: skip
_TABLES = (
    "household",
    "resident",
    "basis",
    "visit",
    "visit_visitor",
    "plan_item",
    "demand",
    "demand_event",
)


def grow(store: Store, times: int) -> None:
    """Put every household with all that belongs to it into `store` `times` - 1 more times, and bring the figures and
    the search up to date."""
    with store.database.write() as connection:
        raw: Any = connection.connection.driver_connection
        originals = {table: raw.execute(f"SELECT max(rid) FROM {table}").fetchone()[0] for table in _TABLES}
    for copy in range(1, times):
        with store.database.write() as connection:
            raw = connection.connection.driver_connection
            raw.create_function("again", 2, _again, deterministic=True)
            for table, last in originals.items():
                columns = [name for name in bare.columns_of(raw, table) if name != "rid"]
                values = ", ".join(f"again({n}, {copy})" if n in _REFERENCES else n for n in columns)
                raw.execute(
                    f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} WHERE rid <= ?",
                    (last,),
                )
    with store.database.write() as connection:
        statistics.rebuild(connection)
    while store.index_some(20_000):
        pass


def _again(record_id: bytes | None, copy: int) -> bytes | None:
    """The id of the row that is the same again: the last byte tells the copies apart."""
    return record_id[:15] + bytes(((record_id[15] + copy) % 256,)) if record_id else None
