"""The people who serve: members of a unit, their posts from day to day, and what an organisation says of itself.

Posts and the trees belong to the authority of the community, so those acts are plans (services/reorganisation.py)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gridworker.changes import Changes
from gridworker.errors import FieldInvalid, NotFound
from gridworker.models.days import day
from gridworker.models.ids import new_id
from gridworker.models.op import Draft, OpKind, Value
from gridworker.models.roles import ROLES
from gridworker.models.tree_plan import Appoint, Plain, Term
from gridworker.services.reorganisation import Asked, ask, edit
from gridworker.services.residents import plain_phone
from gridworker.store.audit import Act
from gridworker.store.rows import TreeKind
from gridworker.store.statements import run
from gridworker.store.store import Store


@dataclass(frozen=True)
class MemberForm:
    """A filled-in form for a member; days `YYYY-MM-DD`, "" not known."""

    name: str
    work_phone: str = ""
    joined_on: str = ""
    left_on: str = ""

    def values(self) -> dict[str, Value]:
        return {
            "name": self.name.strip(),
            "work_phone": plain_phone(self.work_phone),
            "joined_on": self.joined_on.strip() or None,
            "left_on": self.left_on.strip() or None,
        }


@dataclass(frozen=True)
class PostForm:
    """A filled-in form for an appointment: `role_code` on the node `area_id` from day to day ("" without end)."""

    role_code: str
    area_id: bytes
    valid_from: str
    valid_to: str = ""
    notice_phone: str = ""
    duties: str = ""


def add_member(store: Store, org_unit_id: bytes, form: MemberForm) -> tuple[Changes, bytes]:
    """A new member of a unit; returns what changed and the member's id. Raises FieldInvalid, NotAllowed."""
    member = new_id()
    values = {**form.values(), "org_unit_id": org_unit_id}
    saved = store.save(
        [Draft("member", member, OpKind.CREATE, values)], Act("member_added", "member", member)
    )
    return saved.changes, member


def edit_member(store: Store, member_id: bytes, seen: Mapping[str, Value], form: MemberForm) -> Changes:
    """Change what is known of a member; `seen` are the values the form showed. Raises FieldInvalid, NotAllowed."""
    changed = {name: value for name, value in form.values().items() if value != seen.get(name)}
    if not changed:
        return Changes()
    base = {name: seen.get(name) for name in changed}
    draft = Draft("member", member_id, OpKind.SET, changed, base)
    return store.save([draft], Act("member_edited", "member", member_id, {"fields": sorted(changed)})).changes


def appoint(store: Store, member_id: bytes, form: PostForm) -> Asked:
    """Give a member a post beside any other; effective from its own first day.

    Raises FieldInvalid with the field, NotAllowed, PlanRefused."""
    role = ROLES.get(form.role_code)
    if role is None:
        raise _invalid("role_code", "required" if not form.role_code else "not_a_choice")
    _check_days(form.valid_from, form.valid_to)
    with store.read() as connection:
        row = run(
            connection, "SELECT kind FROM area_unit WHERE id = ? AND deleted = 0", (form.area_id,)
        ).fetchone()
    if row is None:
        raise _invalid("area_unit_id", "required")
    if row[0] != role.level:
        raise _invalid("area_unit_id", "post_elsewhere")
    values: Plain = {
        "role_code": form.role_code,
        "valid_from": form.valid_from,
        "valid_to": form.valid_to.strip() or None,
        "notice_phone": plain_phone(form.notice_phone),
        "duties_text": form.duties.strip() or None,
    }
    return ask(store, (Appoint(new_id(), member_id, form.area_id, values),), store.clock.today())


def end_post(store: Store, post_id: bytes, last_day: str) -> Asked:
    """Let an appointment end with `last_day`; a day before it began means that it never was.

    Raises FieldInvalid, NotAllowed, NotFound, PlanRefused (the last secretary stays)."""
    with store.read() as connection:
        row = run(
            connection, "SELECT valid_to FROM appointment WHERE id = ? AND deleted = 0", (post_id,)
        ).fetchone()
    if row is None:
        raise NotFound(what="appointment")
    if not _is_day(last_day):
        raise _invalid("valid_to", "not_a_day")
    return ask(store, (Term(post_id, row[0], last_day),), store.clock.today())


def edit_org_unit(store: Store, org_unit_id: bytes, values: Plain) -> Asked | None:
    """Change name, typed number of members, contact post or office phone of a unit; None when nothing differs."""
    wanted = dict(values)
    if isinstance(wanted.get("phone"), str):
        wanted["phone"] = plain_phone(str(wanted["phone"]))
    changes = edit(store, TreeKind.ORG, org_unit_id, wanted)
    return ask(store, changes, store.clock.today()) if changes else None


def _check_days(first: str, last: str) -> None:
    if not _is_day(first):
        raise _invalid("valid_from", "not_a_day")
    if last.strip() and not _is_day(last.strip()):
        raise _invalid("valid_to", "not_a_day")
    if last.strip() and last.strip() < first:
        raise _invalid("valid_to", "before_it_begins")


def _is_day(text: str) -> bool:
    try:
        day(text)
    except ValueError:
        return False
    return True


def _invalid(field: str, reason: str) -> FieldInvalid:
    return FieldInvalid(entity="appointment", record="", field=field, reason=reason)
