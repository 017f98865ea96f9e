"""The one table of every synced entity with its bucket rule and merge class. Store, sync, server, documentation
and tests read it; an entity that is not here does not exist."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gridworker.models.area import AREA_UNIT, BUILDING, COVERAGE, ESTATE, UNIT
from gridworker.models.conflict import CONFLICT
from gridworker.models.entity import Entity
from gridworker.models.household import BASIS, HOUSEHOLD, RESIDENT
from gridworker.models.organisation import ACCOUNT, APPOINTMENT, MEMBER, ORG_COVER, ORG_UNIT
from gridworker.models.visit import VISIT, VISIT_AMENDMENT, VISIT_COMMENT, VISIT_VISITOR, VISIT_VOID

#: In rank order: parents before children.
ENTITIES: tuple[Entity, ...] = tuple(
    sorted(
        (
            AREA_UNIT,
            ORG_UNIT,
            ORG_COVER,
            MEMBER,
            APPOINTMENT,
            ACCOUNT,
            ESTATE,
            BUILDING,
            UNIT,
            COVERAGE,
            HOUSEHOLD,
            RESIDENT,
            BASIS,
            VISIT,
            VISIT_VISITOR,
            VISIT_AMENDMENT,
            VISIT_VOID,
            VISIT_COMMENT,
            CONFLICT,
        ),
        key=lambda entity: entity.rank,
    )
)
BY_NAME: Mapping[str, Entity] = MappingProxyType({entity.name: entity for entity in ENTITIES})
