"""Which resource may serve which need: a pure proposal by category, place and time that says its reasons. It looks at
things and matters, never at a person, and promises nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: Why a resource is proposed, what counts most first. A proposal without a common category is none.
REASONS = ("category", "same_place", "near", "same_time", "in_days", "free_of_charge")
_WEIGHT = {"same_place": 4, "near": 2, "same_time": 2, "in_days": 1, "free_of_charge": 1}


@dataclass(frozen=True, slots=True)
class Wanted:
    """An open need. `lineage`: its node and all above it, nearest first, empty where no place was said; `times` codes
    (lists.TIMES), empty for any; `wanted_by` `YYYY-MM-DD` or ""; resources `promised` for it already are not proposed
    again."""

    id: bytes
    category: str
    lineage: tuple[bytes, ...] = ()
    times: frozenset[str] = frozenset()
    wanted_by: str = ""
    promised: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class Offered:
    """A resource that can still be promised, from `valid_from` to `valid_to` ("" without end). `place`: the node it is
    for, None for the whole community."""

    id: bytes
    serves: frozenset[str]
    place: bytes | None = None
    times: frozenset[str] = frozenset()
    valid_from: str = ""
    valid_to: str = ""
    free: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One proposal with its reasons in the order of REASONS."""

    need_id: bytes
    resource_id: bytes
    reasons: tuple[str, ...]


def suggest(
    needs: Iterable[Wanted], resources: Sequence[Offered], today: str, most: int = 3
) -> tuple[Suggestion, ...]:
    """For each need at most `most` resources, the better first; the same lists in any order give the same."""
    found: list[Suggestion] = []
    for need in sorted(needs, key=lambda one: (one.wanted_by or "9999", one.id)):
        fitting = [
            (-sum(_WEIGHT.get(reason, 0) for reason in reasons), resource.id, reasons)
            for resource in resources
            if resource.id not in need.promised and (reasons := reasons_for(need, resource, today))
        ]
        found += [Suggestion(need.id, one, reasons) for _, one, reasons in sorted(fitting)[:most]]
    return tuple(found)


def reasons_for(need: Wanted, resource: Offered, today: str) -> tuple[str, ...]:
    """Why `resource` may serve `need`; () if it cannot: another category, other times, over, or too late."""
    apart = bool(need.times and resource.times) and not need.times & resource.times
    over = bool(resource.valid_to) and resource.valid_to < today
    late = bool(need.wanted_by) and resource.valid_from > need.wanted_by
    elsewhere = resource.place is not None and bool(need.lineage) and resource.place not in need.lineage
    if need.category not in resource.serves or apart or over or late or elsewhere:
        return ()
    holds = {
        "category": True,
        "same_place": resource.place is not None and need.lineage[:1] == (resource.place,),
        "near": resource.place is not None and resource.place in need.lineage[1:],
        "same_time": bool(need.times & resource.times),
        "in_days": bool(need.wanted_by) and (not resource.valid_to or resource.valid_to >= need.wanted_by),
        "free_of_charge": resource.free,
    }
    return tuple(reason for reason in REASONS if holds[reason])
