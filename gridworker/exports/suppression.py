"""Which counts of a public sheet may not be shown: small ones, and as many others that no hidden one can be computed
from the total and what is shown."""

from __future__ import annotations

from collections.abc import Sequence

#: A count below this is small.
LEAST = 5


def hidden(counts: Sequence[int], least: int = LEAST) -> frozenset[int]:
    """The places of `counts` to hide where their sum is shown. With a small count the smallest that is not small is
    hidden too, so that what is hidden adds up to at least `least` and lies in at least two places. Where everything
    together is small, every place: then the sum must be hidden as well (`is_small`)."""
    small = {place for place, count in enumerate(counts) if count < least}
    if not small:
        return frozenset()
    others = sorted((count, place) for place, count in enumerate(counts) if place not in small)
    return frozenset(small | {place for _, place in others[:1]})


def is_small(count: int, least: int = LEAST) -> bool:
    return count < least
