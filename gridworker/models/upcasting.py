"""What an op of an older version means today: a chain of pure functions, one for each step from a schema to the next.
Whatever was saved once can be sent for ever, so a step is never changed and never removed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

#: An op that says no schema is of the first.
FIRST_SCHEMA = 1


class Payload(NamedTuple):
    """What an op says of its record, with values as they are on the wire: a reference is base64."""

    entity: str
    kind: str
    set: Mapping[str, None | int | str]
    base: Mapping[str, None | int | str]


Upcaster = Callable[[Payload], Payload]
#: The first brings schema 1 to 2, the second 2 to 3, and so on. It grows by one whenever an entity, a field or an
#: event gets another name or meaning, or once released is added: a server that does not know it yet lets the act wait.
#: A step sees what strangers sent: it may raise LookupError, TypeError, ValueError.
UPCASTERS: tuple[Upcaster, ...] = ()
#: What this version writes.
SCHEMA = FIRST_SCHEMA + len(UPCASTERS)


def bring_up(payload: Payload, schema: int, chain: tuple[Upcaster, ...]) -> Payload:
    """`payload` of `schema` after every step of `chain` that came since; unchanged if that is newer than the chain.

    Raises ValueError for what is of no schema or of none of that schema."""
    if schema < FIRST_SCHEMA:
        raise ValueError(schema)
    for upcast in chain[schema - FIRST_SCHEMA :]:
        try:
            payload = upcast(payload)
        except (LookupError, TypeError) as error:
            raise ValueError(payload.entity) from error
    return payload
