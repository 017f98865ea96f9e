"""The demands behind an issue or a project, as far as they lie on this computer: what waits for the outcome."""

from __future__ import annotations

from dataclasses import dataclass

from gridworker.store.statements import run
from gridworker.store.store import Store


@dataclass(frozen=True)
class DemandBehind:
    """A demand that became an issue or a project. `waits`: the outcome was not fed back to it yet."""

    id: bytes
    no: str
    title: str
    state: str
    waits: bool


def demands_behind(store: Store, no: str) -> tuple[DemandBehind, ...]:
    """The demands that became the issue or project with this number, in the order of their numbers. Who may not see
    cases has none of them."""
    with store.read() as connection:
        rows = run(
            connection,
            "SELECT id, no, title, state, fed_back_at IS NULL AND state NOT IN ('merged', 'withdrawn') FROM demand "
            "WHERE became_no = ? AND deleted = 0 ORDER BY no",
            (no,),
        )
        return tuple(DemandBehind(row[0], row[1], row[2], row[3], bool(row[4])) for row in rows)


def need_of(store: Store, no: str) -> bytes | None:
    """The need that stands for the demand with this number on the list, or None."""
    with store.read() as connection:
        row = run(
            connection, "SELECT id FROM need WHERE no = ? AND deleted = 0 ORDER BY rid LIMIT 1", (no,)
        ).fetchone()
    return row[0] if row else None
