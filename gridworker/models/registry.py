"""The one table of every synced entity with its bucket rule and merge class. Store, sync, server, documentation
and tests read it; an entity that is not here does not exist."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from gridworker.models.alias import RECORD_ALIAS
from gridworker.models.area import AREA_UNIT, BUILDING, COVERAGE, ESTATE, UNIT
from gridworker.models.catalogue import (
    CONFLICT_PAIR,
    DEMAND_CATEGORY,
    DEMAND_LIMIT,
    DEMAND_SOURCE,
    HOLIDAY_YEAR,
    MEETING_RULE,
)
from gridworker.models.conflict import CONFLICT
from gridworker.models.deliberation import (
    AGENDA_ITEM,
    ATTENDANCE,
    ISSUE,
    ISSUE_NEED,
    MEETING,
    RESOLUTION,
    RESOLUTION_NOTE,
    VOTE,
)
from gridworker.models.demand import (
    DEMAND,
    DEMAND_EVENT,
    DEMAND_PACKAGE,
    DEMAND_SLIP,
    DEMAND_STUB,
    REFERRAL,
)
from gridworker.models.entity import Entity, Field, Kind
from gridworker.models.erasure import ERASURE
from gridworker.models.export import EXPORT_LOG
from gridworker.models.frozen import FROZEN_FILE, FROZEN_ITEM, FROZEN_REPORT, WEEK_CLOSE
from gridworker.models.held import HELD_OP
from gridworker.models.household import BASIS, CONSENT, HOUSEHOLD, HOUSEHOLD_LINK, RESIDENT, SERVICE_NEED
from gridworker.models.lists import NEED, RESOURCE, RESOURCE_PROMISE, TASK, TASK_CLAIM
from gridworker.models.organisation import ACCOUNT, APPOINTMENT, MEMBER, ORG_COVER, ORG_UNIT
from gridworker.models.place import PUBLIC_SPOT, SHOP
from gridworker.models.plan import DUTY, DUTY_NOTE, PLAN_ITEM
from gridworker.models.project import (
    CLOSED_YEAR,
    PROJECT,
    PROJECT_BUDGET,
    PROJECT_ENTRY,
    PROJECT_MILESTONE,
    PROJECT_NEED,
    PROJECT_SCREENING,
)
from gridworker.models.tree_plan import TREE_PLAN
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
            TREE_PLAN,
            ESTATE,
            BUILDING,
            UNIT,
            COVERAGE,
            HOUSEHOLD,
            RESIDENT,
            BASIS,
            SHOP,
            PUBLIC_SPOT,
            RECORD_ALIAS,
            CONSENT,
            SERVICE_NEED,
            HOUSEHOLD_LINK,
            PLAN_ITEM,
            DUTY,
            DUTY_NOTE,
            VISIT,
            VISIT_VISITOR,
            VISIT_AMENDMENT,
            VISIT_VOID,
            VISIT_COMMENT,
            CONFLICT,
            HELD_OP,
            EXPORT_LOG,
            ERASURE,
            DEMAND_SOURCE,
            DEMAND_CATEGORY,
            CONFLICT_PAIR,
            DEMAND_LIMIT,
            HOLIDAY_YEAR,
            MEETING_RULE,
            DEMAND_PACKAGE,
            DEMAND,
            DEMAND_EVENT,
            REFERRAL,
            DEMAND_SLIP,
            DEMAND_STUB,
            NEED,
            RESOURCE,
            PROJECT,
            TASK,
            RESOURCE_PROMISE,
            TASK_CLAIM,
            PROJECT_NEED,
            PROJECT_MILESTONE,
            PROJECT_ENTRY,
            PROJECT_BUDGET,
            PROJECT_SCREENING,
            CLOSED_YEAR,
            ISSUE,
            ISSUE_NEED,
            MEETING,
            AGENDA_ITEM,
            ATTENDANCE,
            VOTE,
            RESOLUTION,
            RESOLUTION_NOTE,
            WEEK_CLOSE,
            FROZEN_REPORT,
            FROZEN_ITEM,
            FROZEN_FILE,
        ),
        key=lambda entity: entity.rank,
    )
)
BY_NAME: Mapping[str, Entity] = MappingProxyType({entity.name: entity for entity in ENTITIES})


@cache
def dependants(entity: str) -> tuple[tuple[Entity, str, str], ...]:
    """Everything that may lie below a record of `entity`, parents before children: each as the entity, its reference
    and what that leads to."""
    above = {entity}
    found = []
    for child in ENTITIES:
        for field, parent in child.bucket.parents:
            if parent in above:
                found.append((child, field, parent))
                above.add(child.name)
    return tuple(found)


def hangs_on(entity: Entity, field: Field) -> bool:
    """True if a row of `entity` cannot stand in a client's database without the record that `field` refers to."""
    if not (entity.group and field.kind is Kind.REF and field.refers and BY_NAME[field.refers].group):
        return False
    return field.required or field.name in entity.one_of
