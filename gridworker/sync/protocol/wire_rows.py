"""Rows as JSON arrays: which columns an entity sends, and decoding them natively with their types checked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

import msgspec

from gridworker.models.entity import Field, Kind
from gridworker.models.op import Value
from gridworker.models.registry import BY_NAME
from gridworker.sync.protocol.messages import WirePart

WireRow = tuple[Value, ...]
_HEAD: tuple[tuple[str, Any], ...] = (("id", bytes), ("row_version", int), ("deleted", int))


@cache
def columns(entity: str) -> tuple[str, ...]:
    """The columns this version sends for `entity`: id, row_version, deleted, then its wire fields.

    Raises KeyError for an entity that is not in the registry."""
    return tuple(name for name, _ in _typed(entity))


@cache
def _typed(entity: str) -> tuple[tuple[str, Any], ...]:
    return (*_HEAD, *((field.name, _type(field)) for field in BY_NAME[entity].wire_fields))


def _type(field: Field) -> Any:
    if field.kind is Kind.REF:
        return bytes | None
    return int | None if field.kind in (Kind.INT, Kind.BOOL) else str | None


@lru_cache(maxsize=64)  # the names come from the other side
def _decoder(entity: str, names: tuple[str, ...]) -> msgspec.json.Decoder[Any]:
    types = dict(_typed(entity))
    row: Any = tuple[tuple(types.get(name, Any) for name in names)]  # type: ignore[misc]
    return msgspec.json.Decoder(list[row])


def decode_rows(part: WirePart) -> Sequence[WireRow]:
    """The rows of `part` in this version's column order. Columns it does not know are left out, missing ones are
    None. An entity it does not know gives no rows.

    Raises msgspec.ValidationError or DecodeError for anything that is not such rows."""
    if part.entity not in BY_NAME:
        return ()
    own = columns(part.entity)
    if part.columns == own:
        found: Sequence[WireRow] = _decoder(part.entity, own).decode(part.rows)
        return found
    return _mapped(part, own)


def unknown_fields(part: WirePart) -> tuple[tuple[bytes, dict[str, Any]], ...]:
    """(id, values) of the columns this version does not know, for each row of `part`; what is empty is left out."""
    own = columns(part.entity) if part.entity in BY_NAME else ()
    strange = [(place, name) for place, name in enumerate(part.columns) if name not in own]
    if not own or not strange:
        return ()
    at = part.columns.index("id")
    rows = _decoder(part.entity, part.columns).decode(part.rows)
    return tuple(
        (row[at], {name: row[place] for place, name in strange if row[place] is not None}) for row in rows
    )


def _mapped(part: WirePart, own: tuple[str, ...]) -> Sequence[WireRow]:
    if len(set(part.columns)) != len(part.columns) or not {name for name, _ in _HEAD} <= set(part.columns):
        raise msgspec.ValidationError(f"columns of {part.entity}")
    places = [part.columns.index(name) if name in part.columns else None for name in own]
    rows = _decoder(part.entity, part.columns).decode(part.rows)
    return [tuple(None if place is None else row[place] for place in places) for row in rows]
