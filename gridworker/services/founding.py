"""Founding a community on this computer: the community, its Party organisation, its secretary and a login. Yields
ops; who applies them (a laptop that stands alone, a server) is the caller's business."""

from __future__ import annotations

from dataclasses import dataclass

from gridworker.errors import FieldInvalid
from gridworker.models.ids import new_id
from gridworker.models.mark import check_mark
from gridworker.models.op import Draft, OpKind, Value


@dataclass(frozen=True)
class Founding:
    """`code` is the community's administrative code (6 county + 3 street + 3 community digits)."""

    name: str
    code: str
    secretary: str
    login: str
    on: str


@dataclass(frozen=True)
class Founded:
    """The ops that found the community, parents first, and the ids others refer to."""

    drafts: tuple[Draft, ...]
    community_id: bytes
    member_id: bytes


def _create(entity: str, values: dict[str, Value]) -> Draft:
    return Draft(entity, new_id(), OpKind.CREATE, values)


def found_community(founding: Founding) -> Founded:
    """The ops for a new real community. Raises FieldInvalid for a malformed code, PracticeMix for one of the
    practice community's."""
    if not (founding.code.isdigit() and founding.code.isascii() and len(founding.code) == 12):
        raise FieldInvalid(
            entity="area_unit", record=founding.name, field="code", reason="not_a_community_code"
        )
    check_mark(founding.code, practice=False)
    on = founding.on
    area = _create(
        "area_unit", {"kind": "community", "code": founding.code, "name": founding.name, "valid_from": on}
    )
    org = _create("org_unit", {"kind": "community_party_org", "name": f"{founding.name}党组织"})
    cover = _create("org_cover", {"org_unit_id": org.record, "area_unit_id": area.record, "valid_from": on})
    member = _create("member", {"name": founding.secretary, "org_unit_id": org.record, "joined_on": on})
    appointment = _create(
        "appointment",
        {
            "member_id": member.record,
            "role_code": "community_secretary",
            "area_unit_id": area.record,
            "valid_from": on,
        },
    )
    account = _create("account", {"member_id": member.record, "login": founding.login, "state": "active"})
    return Founded((area, org, cover, member, appointment, account), area.record, member.record)
