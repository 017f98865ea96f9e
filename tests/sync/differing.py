"""Says in what two things differ that should be the same, also where no test runner is."""

from __future__ import annotations

from typing import Any

from gridworker.store.statistics import difference
from tests.contract.rig import Desk


def same(found: object, wanted: object, *what: object) -> None:
    """As an assert that tells both sides."""
    if found != wanted:
        raise AssertionError(f"{what}: {_differing(found, wanted)}")


def _differing(found: Any, wanted: Any) -> str:
    if isinstance(found, dict) and isinstance(wanted, dict):
        more = {key: found[key] for key in found.keys() - wanted.keys()}
        less = {key: wanted[key] for key in wanted.keys() - found.keys()}
        other = {
            key: (found[key], wanted[key])
            for key in found.keys() & wanted.keys()
            if found[key] != wanted[key]
        }
        return f"too much {more}, missing {less}, different {other}"
    return f"found {found!r}, wanted {wanted!r}"


def everything(desk: Desk) -> dict[str, object]:
    """Table by table what is in the database of `desk`: how many rows, and where its figures are wrong."""
    with desk.store.read() as connection:
        tables = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search%'"
        ).fetchall()
        found: dict[str, object] = {
            name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar() for (name,) in tables
        }
        return found | {"wrong figures": difference(connection)}
