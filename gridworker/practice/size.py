"""How large a practice community is: the table of its estates and the amount of visiting. Plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

COMMUNITY_NAME = "锦澜社区"
COMMUNITY_CODE = "990101001001"
_DEMO_SHOPS = 60
_DEMO_ROOMS, _DEMO_OPTED_OUT, _DEMO_PARTY_MEMBERS = 4636, 40, 245


@dataclass(frozen=True)
class EstatePlan:
    """One estate: `buildings` × `units` stairwells × `floors` × `doors` rooms. `occupied` of the rooms have the
    `residents` people; `branches` Party branches share its `grids`."""

    name: str
    code: str
    buildings: int
    units: int
    floors: int
    doors: int
    occupied: int
    residents: int
    grids: int
    micro_grids: int
    branches: int = 1

    @property
    def stairs(self) -> int:
        return self.buildings * self.units

    @property
    def rooms(self) -> int:
        return self.stairs * self.floors * self.doors


DEMO_ESTATES = (
    EstatePlan("锦苑一期", "JY1", 9, 2, 33, 2, 1167, 3150, 4, 10, 2),
    EstatePlan("锦苑二期", "JY2", 9, 2, 32, 2, 1141, 3080, 4, 10, 2),
    EstatePlan("锦苑三期", "JY3", 9, 2, 30, 2, 1070, 2890, 4, 9),
    EstatePlan("观湖雅居", "GH", 8, 2, 24, 2, 765, 2065, 3, 7),
    EstatePlan("学府院", "XF", 8, 4, 7, 2, 441, 1190, 2, 4),
)
_TINY_ESTATES = (EstatePlan("学府院", "XF", 2, 4, 6, 2, 93, 251, 2, 4),)


@dataclass(frozen=True)
class Size:
    """The estates, how often each is repeated (for loads), and the visits: `weeks` ISO weeks up to the practice
    clock with `attempts_per_week` over the whole community, and `demands_per_week`.
    `lists`: with resources, projects and deliberation."""

    estates_repeat: int = 1
    weeks: int = 26
    attempts_per_week: int = 176
    estates: tuple[EstatePlan, ...] = DEMO_ESTATES
    demands_per_week: int = 12
    lists: bool = True

    @classmethod
    def tiny(cls) -> Size:
        """One small estate with 2 grids, 4 micro-grids and 96 rooms, for tests; nobody has demanded anything yet."""
        return cls(1, 6, 14, _TINY_ESTATES, 0, False)

    def plans(self) -> tuple[EstatePlan, ...]:
        """The estates one by one; a repeated one is told apart by its name and code."""
        return tuple(
            plan if turn == 1 else replace(plan, name=f"{plan.name}{turn}区", code=f"{plan.code}N{turn}")
            for turn in range(1, self.estates_repeat + 1)
            for plan in self.estates
        )

    @property
    def rooms(self) -> int:
        return sum(plan.rooms for plan in self.plans())

    @property
    def opted_out(self) -> int:
        """How many households want no visits."""
        return max(1, round(_DEMO_OPTED_OUT * self.rooms / _DEMO_ROOMS))

    @property
    def shops(self) -> int:
        """How many shops lie along the street."""
        return max(2, round(_DEMO_SHOPS * self.rooms / _DEMO_ROOMS))

    @property
    def party_members(self) -> int:
        """The typed totals of members in the Party groups together."""
        return max(1, round(_DEMO_PARTY_MEMBERS * self.rooms / _DEMO_ROOMS))


def shares(total: int, weights: Sequence[float], shift: float = 0.5) -> list[int]:
    """`total` split in proportion to `weights`, in order, summing to exactly `total`. `shift` in [0, 1) moves where
    the odd ones fall."""
    whole, run, edges = sum(weights), 0.0, [0]
    for weight in weights[:-1]:
        run += weight
        edges.append(min(total, int(total * run / whole + shift)))
    edges.append(total)
    return [after - before for before, after in pairwise(edges)]
