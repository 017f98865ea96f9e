"""How a change meets the row that is there now. Pure: values in, values out; the classes are in models/entity.py."""

from __future__ import annotations

from dataclasses import dataclass

from gridworker.models.entity import Entity, Merge
from gridworker.models.op import Value, Values


@dataclass(frozen=True)
class Clash:
    """Two people changed `field`; `mine` is the op's value, `theirs` the incumbent that stays."""

    field: str
    base: Value
    mine: Value
    theirs: Value


@dataclass(frozen=True)
class Merged:
    """`taken` are the values to write; `clashes` wait for a person."""

    taken: dict[str, Value]
    clashes: tuple[Clash, ...]


def merge(
    entity: Entity, incumbent: Values, base: Values, change: Values, *, mine_on_top: bool = False
) -> Merged:
    """Bring `change`, made on top of `base`, to the row `incumbent`.

    `mine_on_top` is the replay of this device's unanswered ops on a pulled row: what the person typed stays visible
    until the server has judged it."""
    taken: dict[str, Value] = {}
    clashes: list[Clash] = []
    for name, value in change.items():
        theirs = incumbent.get(name)
        if theirs == value:
            continue
        protective = entity.field(name).merge is Merge.RESTRICTIVE and bool(value)
        if mine_on_top or protective or theirs == base.get(name):
            taken[name] = value
        else:
            clashes.append(Clash(name, base.get(name), value, theirs))
    return Merged(taken, tuple(clashes))
