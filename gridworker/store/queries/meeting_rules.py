"""The rules of meetings and public notices as they hold in this community."""

from __future__ import annotations

from gridworker.models.catalogue import MEETING_RULES
from gridworker.store.connection import Connection
from gridworker.store.statements import run
from gridworker.store.store import Store


def meeting_rules(store: Store) -> dict[str, int]:
    """Every rule by its code (models/catalogue.py)."""
    with store.read() as connection:
        return {code: meeting_rule(connection, code) for code in MEETING_RULES}


def meeting_rule(connection: Connection, code: str) -> int:
    """What the community set, else what comes with the program."""
    found = run(
        connection, "SELECT number FROM meeting_rule WHERE code = ? AND deleted = 0", (code,)
    ).fetchone()
    return int(found[0]) if found else MEETING_RULES[code]
