"""What a profile offers to another community, and what is on paper here about the people it is compared with."""

from __future__ import annotations

from gridworker.models.bringing import OFFERED, Brought, Papers
from gridworker.models.collector import collector_at_rest
from gridworker.models.household import BASIS, CONSENT, SERVICE_NEED
from gridworker.models.registry import ENTITIES
from gridworker.store.queries.ledger import known_records, ledger
from gridworker.store.statements import run, scalar
from gridworker.store.store import Store

#: Records of what people did, which a person may look for and not find; the rest is the frame around them.
_MISSED = ("visit", "plan_item", "demand", "service_need", "household_link", "duty_note", "need", "resource",
           "project", "issue", "meeting", "frozen_report")  # fmt: skip


def papers(store: Store) -> Papers:
    """Consents, grounds, service needs and who moved out, as far as this account sees them."""
    with store.read() as connection, collector_at_rest():
        gone = run(
            connection,
            "SELECT household_id, name FROM resident WHERE deleted = 0 AND moved_out_on IS NOT NULL",
        )
        return Papers(
            known_records(connection, CONSENT),
            known_records(connection, BASIS),
            known_records(connection, SERVICE_NEED),
            frozenset((home, str(name)) for home, name in gone),
        )


def brought(store: Store) -> Brought:
    """Everything of this profile's community, as another one is offered it."""
    known = papers(store)
    with store.read() as connection:
        counts = {
            entity.name: int(scalar(connection, f"SELECT count(*) FROM {entity.name} WHERE deleted = 0"))
            for entity in ENTITIES
            if entity.name in _MISSED and entity.name not in OFFERED
        }
    stays = {name: counts[name] for name in _MISSED if counts[name]}
    if known.gone:
        stays["resident"] = len(known.gone)  # those who moved out
    return Brought(store.identity.community_name, ledger(store), known, stays)
