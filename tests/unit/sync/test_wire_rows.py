"""Rows on the wire: every entity goes there and back, columns of other versions are mapped by name."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from gridworker.models.entity import Entity, Kind, Merge
from gridworker.models.registry import ENTITIES
from gridworker.sync.protocol.messages import WirePart
from gridworker.sync.protocol.wire_rows import columns, decode_rows

BUCKET = b"b" * 16


def row_of(entity: Entity) -> tuple[Any, ...]:
    values: dict[Kind, Any] = {Kind.REF: b"r" * 16, Kind.INT: 7, Kind.BOOL: 1}
    return (b"i" * 16, 3, 0, *(values.get(field.kind, "字") for field in entity.wire_fields))


def part(entity: str, names: tuple[str, ...], rows: list[Any]) -> WirePart:
    raw = msgspec.json.encode(WirePart(entity, BUCKET, names, msgspec.Raw(msgspec.json.encode(rows))))
    return msgspec.json.decode(raw, type=WirePart)


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)
def test_every_entity_goes_there_and_back(entity: Entity) -> None:
    full = row_of(entity)
    empty = (*full[:3], *(None for _ in entity.wire_fields))
    assert list(decode_rows(part(entity.name, columns(entity.name), [full, empty]))) == [full, empty]


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)
def test_local_fields_never_travel(entity: Entity) -> None:
    local = {field.name for field in entity.fields if field.merge is Merge.LOCAL}
    assert not local & set(columns(entity.name))


def test_a_newer_version_may_add_a_column() -> None:
    names = columns("estate")
    newer = part(
        "estate", (*names[:4], "colour", *names[4:]), [[b"i" * 16, 1, 0, "1", {"any": ["thing"]}, "院", 2]]
    )
    assert list(decode_rows(newer)) == [(b"i" * 16, 1, 0, "1", "院", 2)]


def test_an_older_version_may_lack_a_column() -> None:
    older = part("estate", ("name", "id", "row_version", "deleted"), [["院", b"i" * 16, 1, 0]])
    assert list(decode_rows(older)) == [(b"i" * 16, 1, 0, None, "院", None)]


def test_an_unknown_entity_has_no_rows() -> None:
    assert decode_rows(part("spaceship", ("id",), [[b"i" * 16]])) == ()


@pytest.mark.parametrize(
    ("names", "rows"),
    [
        (columns("estate"), [[b"i" * 16, 1, 0, "1", "院"]]),  # too short
        (columns("estate"), [[b"i" * 16, "one", 0, "1", "院", 2]]),
        (columns("estate"), [[b"i" * 16, 1, 0, "1", "院", "two"]]),
        (columns("estate"), [["not base64!", 1, 0, "1", "院", 2]]),
        (columns("estate"), {"rows": []}),
        (("id", "deleted", "name"), [[b"i" * 16, 0, "院"]]),  # no version
        (("id", "row_version", "deleted", "id"), [[b"i" * 16, 1, 0, b"i" * 16]]),
    ],
)
def test_rows_of_the_wrong_shape_are_refused(names: tuple[str, ...], rows: Any) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_rows(part("estate", names, rows))
