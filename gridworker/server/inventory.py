"""What lay on a device when it last spoke with the server, for whoever must tell people after it was lost: places and
numbers, nobody's name."""

from __future__ import annotations

from dataclasses import dataclass

from gridworker.errors import NotFound
from gridworker.models.days import Clock
from gridworker.models.entity import BucketClass
from gridworker.models.ids import bucket_id
from gridworker.server import sums
from gridworker.server.database import Domain
from gridworker.server.scope import buckets_told
from gridworker.store.connection import Connection

#: What is told of a place, of all that lies there.
TOLD = ("household", "resident", "visit", "demand", "service_need", "consent")


@dataclass(frozen=True)
class Held:
    """What a device held of one area and class: records that are there today, by kind."""

    area: str
    bucket_class: str
    counts: dict[str, int]


@dataclass(frozen=True)
class Inventory:
    """`heard_on` is the day it last spoke, "" for never; `complete` whether it had everything that there is now."""

    login: str
    state: str
    heard_on: str
    complete: bool
    held: tuple[Held, ...]


def inventory(connection: Connection, domain: Domain, number: int) -> Inventory:
    """Of the device `number`. What was deleted since lay there too and is not counted. Raises NotFound."""
    row = connection.exec_driver_sql(
        "SELECT account_id, login, state, heard_at, pulled FROM device WHERE domain_id = ? AND number = ?",
        (domain.id, number),
    ).fetchone()
    if row is None:
        raise NotFound(device=number)
    account, login, state, heard, pulled = row
    buckets = buckets_told(connection, domain.id, account)
    names = connection.exec_driver_sql("SELECT id, name FROM area_unit WHERE domain_id = ?", (domain.id,))
    places = {bucket_id(node, each): (name, each.value) for node, name in names for each in BucketClass}
    found: dict[tuple[str, str], dict[str, int]] = {}
    for (bucket, entity), kept in sums.of_buckets(connection, domain.id, buckets).items():
        if entity in TOLD and kept.n and bucket in places:
            found.setdefault(places[bucket], {})[entity] = kept.n
    held = tuple(Held(*place, counts) for place, counts in sorted(found.items()))
    day = Clock(lambda: heard / 1000).today() if heard else ""
    return Inventory(login, state, day, pulled is not None and pulled >= domain.head, held)
