"""A tiny practice community on disk for tests: founded once, then copied for whoever needs one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from gridworker.models.days import CHINA, Clock
from gridworker.models.ids import new_id
from gridworker.models.op import Draft, OpKind, Value
from gridworker.models.registry import BY_NAME, ENTITIES
from gridworker.practice.community import Practice, practice_community
from gridworker.practice.size import Size
from gridworker.services.acts import Done
from gridworker.services.residents import Ground, basis_values
from gridworker.services.undo import Undone, undo_at_once
from gridworker.services.visits import VisitForm
from gridworker.store.audit import Act
from gridworker.store.incarnation import new_incarnation
from gridworker.store.keys import KdfCost
from gridworker.store.queries.households import household_rows
from gridworker.store.receive import Part, finish_bulk, receive
from gridworker.store.state import NewProfile
from gridworker.store.store import Store
from tests.copies import copy_folder

PASSPHRASE = "correct horse 甲乙"
#: Cheap on purpose: real costs are tested once, in the tests of the keys.
COST = KdfCost(memory=8192, passes=1, lanes=1)
NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=CHINA)
TODAY = "2026-11-20"
BATCH = 2000
ACT = Act("tested")
COMMUNITY: Practice = practice_community(scale=Size.tiny())


def clock_at(moment: dt.datetime = NOW) -> Clock:
    """A clock that stands still."""
    return Clock(moment.timestamp)


def new_profile(
    login: str = "shuji", *, authority: str = "self", device_no: int = 1, practice: bool = True
) -> NewProfile:
    member = COMMUNITY.logins[login] if login else None
    return NewProfile(
        COMMUNITY.community_id, authority, practice, new_id(), device_no, new_incarnation(), member, login
    )


def batches(drafts: Iterator[Draft]) -> Iterator[list[Draft]]:
    while batch := list(islice(drafts, BATCH)):
        yield batch


def empty_store(folder: Path, profile: NewProfile | None = None, clock: Clock | None = None) -> Store:
    """A profile with an identity and not one row."""
    return Store.create(folder, PASSPHRASE, profile or new_profile(), clock or clock_at(), COST)


def founded_store(folder: Path, profile: NewProfile | None = None) -> Store:
    """The tiny community, standing alone, with six weeks of visits."""
    store = empty_store(folder, profile)
    store.found(batches(COMMUNITY.drafts()), Act("community_founded"))
    return store


def open_store(folder: Path, clock: Clock | None = None) -> Store:
    return Store.open(folder, PASSPHRASE, clock or clock_at())


def copied(template: Path, folder: Path) -> Path:
    """A closed profile copied to `folder`."""
    copy_folder(template, folder)
    return folder


def wire_rows(store: Store, entity: str, ids: Sequence[bytes] = ()) -> list[Part]:
    """The rows of an entity as a page carries them, by bucket; all of them unless `ids` are given."""
    names = ("id", "row_version", "deleted", *(f.name for f in BY_NAME[entity].wire_fields))
    with store.read() as connection:
        rows = connection.exec_driver_sql(
            f"SELECT bucket_id, {', '.join(names)} FROM {entity} ORDER BY rid"
        ).fetchall()
    chosen = [row for row in rows if not ids or row[1] in ids]
    return [
        Part(entity, bucket, [tuple(row[1:]) for row in chosen if row[0] == bucket])
        for bucket in dict.fromkeys(row[0] for row in chosen)
    ]


def joined_store(folder: Path, source: Store, login: str = "shuji", device_no: int = 2) -> Store:
    """A client of a server: everything of `source` pulled in one bulk page, nothing of its own yet."""
    store = empty_store(folder, new_profile(login, authority="server", device_no=device_no))
    receive(store, (), [part for entity in ENTITIES for part in wire_rows(source, entity.name)], (), {})
    finish_bulk(store)
    while store.index_some():
        pass
    return store


def changed(row: tuple[Value, ...], entity: str, version: int, **values: Value) -> tuple[Value, ...]:
    """A wire row at another version with other values."""
    names = ("id", "row_version", "deleted", *(f.name for f in BY_NAME[entity].wire_fields))
    new = {**dict(zip(names, row, strict=True)), "row_version": version, **values}
    return tuple(new[name] for name in names)


def one(store: Store, sql: str, *values: object) -> object:
    """The first column of the first row."""
    with store.read() as connection:
        return connection.exec_driver_sql(sql, values).scalar()


def all_rows(store: Store, entity: str) -> list[tuple[object, ...]]:
    """Every row without its local row number, in the order of ids."""
    names = ("id", "bucket_id", "row_version", "deleted", *(f.name for f in BY_NAME[entity].fields))
    with store.read() as connection:
        rows = connection.exec_driver_sql(f"SELECT {', '.join(names)} FROM {entity} ORDER BY id").fetchall()
    return [tuple(row) for row in rows]


def counts(store: Store) -> dict[str, int]:
    """How many rows every table has, counters included: equal before and after means that nothing was kept."""
    names = [entity.name for entity in ENTITIES]
    names += ["outbox", "draft", "audit", "audit_payload", "household_stat", "day_stat"]
    with store.read() as connection:
        found = {
            name: int(connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar() or 0)
            for name in names
        }
        found["counters"] = int(
            connection.exec_driver_sql("SELECT coalesce(sum(last), 0) FROM counter").scalar() or 0
        )
    return found


def household_of(store: Store, place: int = 0) -> bytes:
    """The household at `place` among those that want visits."""
    found = one(
        store,
        "SELECT id FROM household WHERE deleted = 0 AND occupancy <> 'vacant' AND coalesce(visit_opt_out, 0) = 0 "
        "ORDER BY code LIMIT 1 OFFSET ?",
        place,
    )
    assert isinstance(found, bytes)
    return found


def form(household_id: bytes, **values: object) -> VisitForm:
    """A visit that was a meeting at the door yesterday."""
    usual: dict[str, object] = {"visited_on": "2026-11-19", "outcome": "met", "said": "楼道灯不亮"}
    return VisitForm(household_id, **{**usual, **values})  # type: ignore[arg-type]


def set_draft(entity: str, record: bytes, base: dict[str, Value], values: dict[str, Value]) -> Draft:
    return Draft(entity, record, OpKind.SET, values, base)


def record_basis(store: Store, household_id: bytes, fields: tuple[str, ...], *, notice: str = "v1") -> None:
    """Note that residents of a household consented to `fields`."""
    values = {"household_id": household_id, **basis_values(store, fields, Ground("consent", notice, "paper"))}
    store.save([Draft("basis", new_id(), OpKind.CREATE, values)], ACT)


def household_id_of(store: Store, rid: int) -> bytes:
    """The household behind a row number."""
    (row,) = household_rows(store, [rid])
    return row.id


def take_back(store: Store, done: Done) -> Undone:
    """What the bar does after an act."""
    return undo_at_once(store, done.txns, "撤销")
