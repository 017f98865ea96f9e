"""What a person should know about this profile beyond single records: kept until it is over or has been read. Words
are in the catalogue under `notices.<code>`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import msgspec

from gridworker.store import state
from gridworker.store.connection import Connection

_PREFIX = "notice:"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about the whole profile that a person should know, since `at` (ms). `code` is a key below `notices`,
    `values` fill its sentence."""

    code: str
    at: int
    values: Mapping[str, str | int]


class _Kept(msgspec.Struct, frozen=True):
    at: int
    values: dict[str, str | int]


def put(
    connection: Connection,
    code: str,
    at: int,
    values: Mapping[str, str | int] = MappingProxyType({}),
) -> None:
    """Keep notice `code`, since `at` (ms); one that is there already takes the new values."""
    state.put(connection, facts(code, at, values))


def facts(code: str, at: int, values: Mapping[str, str | int]) -> dict[str, bytes]:
    """The same as what is to be kept in local_state."""
    return {_PREFIX + code: msgspec.json.encode(_Kept(at, dict(values)))}


def clear(connection: Connection, code: str) -> None:
    state.drop(connection, (_PREFIX + code,))


def has(connection: Connection, code: str) -> bool:
    return state.get(connection, _PREFIX + code) is not None


def every(connection: Connection) -> tuple[Notice, ...]:
    """All notices, the newest first."""
    rows = connection.exec_driver_sql(
        "SELECT key, value FROM local_state WHERE key >= ? AND key < ?", (_PREFIX, _PREFIX + "\uffff")
    )
    found = [
        Notice(key.removeprefix(_PREFIX), kept.at, kept.values)
        for key, value in rows
        for kept in (msgspec.json.decode(value, type=_Kept),)
    ]
    return tuple(sorted(found, key=lambda notice: -notice.at))
