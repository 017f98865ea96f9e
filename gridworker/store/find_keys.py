"""The table of typed keys: pinyin and initials of names and, backwards, telephone numbers, so that each is found by a
range of a B-tree. Filled wherever the search tables are filled."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from gridworker.models.entity import Entity
from gridworker.store.connection import Connection
from gridworker.store.statements import run, run_many

_PERSON = "resident"
#: After every letter and digit: the end of the range of what begins with a text.
_LAST = "\uffff"


class How(StrEnum):
    """What a key is."""

    PINYIN = "pinyin"
    INITIALS = "initials"
    TAIL = "tail"  # the digits of a telephone number, last one first


def digits_of(text: str) -> str:
    return "".join(ch for ch in text if ch in "0123456789")


def write(connection: Connection, entity: Entity, rows: Sequence[tuple[int, str, str]]) -> None:
    """Add the keys of records: (rid, name, telephone number or "")."""
    from gridworker.store.spelling import spelled

    found = []
    for rid, name, phone in rows:
        spelling = spelled(name, person=entity.name == _PERSON)
        found += [(entity.name, How.PINYIN.value, key, rid) for key in spelling.pinyin]
        found += [(entity.name, How.INITIALS.value, key, rid) for key in spelling.initials]
        if digits_of(phone):
            found.append((entity.name, How.TAIL.value, digits_of(phone)[::-1], rid))
    run_many(connection, "INSERT OR IGNORE INTO find_key (entity, how, key, rid) VALUES (?, ?, ?, ?)", found)


def forget(connection: Connection, entity: Entity, rids: Sequence[int]) -> None:
    run_many(
        connection,
        "DELETE FROM find_key WHERE entity = ? AND rid = ?",
        [(entity.name, rid) for rid in rids],
    )


def beginning_with(connection: Connection, entity: str, how: How, text: str, limit: int) -> list[int]:
    """Up to `limit` records with a key that begins with `text`: those whose whole key it is first, the newest of
    them first, then by key."""
    exact = run(
        connection,
        "SELECT rid FROM find_key WHERE entity = ? AND how = ? AND key = ? ORDER BY rid DESC LIMIT ?",
        (entity, how.value, text, limit),
    )
    found = [row[0] for row in exact]
    if len(found) < limit:
        longer = run(
            connection,
            "SELECT rid FROM find_key WHERE entity = ? AND how = ? AND key > ? AND key < ? ORDER BY key, rid LIMIT ?",
            (entity, how.value, text, text + _LAST, 2 * limit),
        )
        found += [row[0] for row in longer]
    return list(dict.fromkeys(found))[:limit]
