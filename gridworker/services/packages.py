"""Joint submissions 综合提报: several demands, one handling, one feedback that reaches all who reported. An act on
the submission takes the same step with each of its demands, all or none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gridworker.models.demand import DEMAND, DEMAND_PACKAGE, REFERRAL
from gridworker.models.demand_machine import ENDS
from gridworker.models.ids import new_id
from gridworker.models.machine import EVENT, NOTE
from gridworker.models.op import Draft, OpKind, Value
from gridworker.services.acts import Done, create, do
from gridworker.services.demands import event_draft
from gridworker.services.referrals import accept_draft
from gridworker.services.steps import cause
from gridworker.services.steps import event_draft as step_draft
from gridworker.store.audit import Act
from gridworker.store.queries.demands import now_of
from gridworker.store.statements import run
from gridworker.store.store import Store

#: The steps that lead from a state to where it can be handled.
_ON_THE_WAY = {
    "registered": ("accept",),
    "returned": ("accept",),
    "assigned": ("accept",),
    "reopened": ("assign", "accept"),
}


@dataclass(frozen=True)
class Members:
    """What goes into a joint submission: demands of one's own, and what others referred (REFERRAL ids), of which one
    sees no more than the referral."""

    demands: Sequence[bytes] = ()
    referrals: Sequence[bytes] = ()


def collect(store: Store, area_unit_id: bytes, title: str, members: Members) -> Done:
    """A joint submission of these at an area. Raises EventRefused for one that has ended or is not to be joined by this
    account, FieldInvalid, NotAllowed, NotFound; then nothing was changed."""
    record = new_id()
    made = create(DEMAND_PACKAGE.name, record, {"area_unit_id": area_unit_id, "title": title.strip()})
    drafts = [made, *_joining(store, record, members)]
    return do(store, drafts, Act("demand_package_made", DEMAND_PACKAGE.name, record), record)


def add(store: Store, package_id: bytes, members: Members) -> Done:
    """Take more into it. Raises as `collect`."""
    count = len(members.demands) + len(members.referrals)
    act = Act("demand_package_added", DEMAND_PACKAGE.name, package_id, {"count": count})
    return do(store, _joining(store, package_id, members), act, package_id)


def _joining(store: Store, package_id: bytes, members: Members) -> list[Draft]:
    demands = [event_draft(store, one, "join_package", package_id=package_id) for one in members.demands]
    referred = [
        step_draft(store, REFERRAL.name, one, "join_package", package_id=package_id)
        for one in members.referrals
    ]
    return [*demands, *referred]


def leave(store: Store, package_id: bytes, members: Members) -> Done:
    """Take some out of it again. Raises as `collect`."""
    drafts = [event_draft(store, one, "leave_package") for one in members.demands]
    drafts += [step_draft(store, REFERRAL.name, one, "leave_package") for one in members.referrals]
    return do(store, drafts, Act("demand_package_left", DEMAND_PACKAGE.name, package_id), package_id)


def submit(store: Store, package_id: bytes) -> Done:
    """It is complete and waits to be handled."""
    return cause(store, DEMAND_PACKAGE.name, package_id, "submit")


def recall(store: Store, package_id: bytes) -> Done:
    """It is collected further."""
    return cause(store, DEMAND_PACKAGE.name, package_id, "recall")


def handle(
    store: Store, package_id: bytes, handling: str, kind: str = "solved", level: str = "community"
) -> Done:
    """One handling for all: every demand of it that has not ended or been handled gets `handling` as its result, of the
    kind `kind`, solved at `level`. What was referred is handled through its referral, taken on first where nobody has.

    Raises EventRefused where one of them cannot be handled by this account; then nothing was changed."""
    result: dict[str, Value] = {"result_kind": kind, "result_text": handling}
    drafts = [step_draft(store, DEMAND_PACKAGE.name, package_id, "handle", handling=handling)]
    for one in _members(store, package_id):
        if one.referral is not None:
            drafts += _through_referral(store, one, result)
        elif one.state not in (*ENDS, "handled", "replied", "revisited"):
            drafts += _handled(store, one.demand, one.state, {**result, "solve_level": level})
    return do(store, drafts, Act("demand_package_handle", DEMAND_PACKAGE.name, package_id), package_id)


def _through_referral(store: Store, one: _Member, result: dict[str, Value]) -> Iterator[Draft]:
    assert one.referral is not None
    if one.state == "open":
        yield accept_draft(store, one.referral)
    if one.state in ("open", "accepted"):
        yield Draft(REFERRAL.name, one.referral, OpKind.EVENT, {EVENT: "handle", **result})


def _handled(store: Store, demand: bytes, state: str, result: dict[str, Value]) -> Iterator[Draft]:
    for event in _ON_THE_WAY.get(state, ()):
        given: dict[str, Value] = {"assignee_id": store.known.member_id} if event == "assign" else {}
        yield Draft(DEMAND.name, demand, OpKind.EVENT, {EVENT: event, **given})
    yield Draft(DEMAND.name, demand, OpKind.EVENT, {EVENT: "handle", **result})


def feed_back(store: Store, package_id: bytes, feedback: str, channel: str, at: str = "") -> Done:
    """One feedback that reaches everybody: each of its handled demands is replied to by `channel` at the moment `at`
    ("" now), with `feedback` in its log. Raises as `handle`."""
    told: dict[str, Value] = {"replied_at": at or now_of(store), "reply_channel": channel}
    drafts = [step_draft(store, DEMAND_PACKAGE.name, package_id, "feed_back", feedback=feedback)]
    for one in _members(store, package_id):
        said = {EVENT: "reply", NOTE: feedback[:1000], **told}
        if one.here and one.demand_state == "handled":
            drafts.append(Draft(DEMAND.name, one.demand, OpKind.EVENT, said))
        elif one.referral is not None and not one.here and one.state == "handled" and not one.helps:
            drafts.append(Draft(REFERRAL.name, one.referral, OpKind.EVENT, said))
    return do(store, drafts, Act("demand_package_feed_back", DEMAND_PACKAGE.name, package_id), package_id)


@dataclass(frozen=True)
class _Member:
    """One of a joint submission: the demand, whether it is here, and the referral through which it is worked on, if
    there is one; `state` is that of the referral, else of the demand."""

    demand: bytes
    demand_state: str
    here: bool
    referral: bytes | None
    state: str
    helps: bool


def _members(store: Store, package_id: bytes) -> list[_Member]:
    with store.read() as connection:
        own = run(
            connection,
            "SELECT d.id, d.state, r.id, r.state FROM demand d LEFT JOIN referral r ON r.demand_id = d.id "
            "AND r.round = d.round AND r.state = 'accepted' AND r.refer_kind <> 'help' "
            "WHERE d.package_id = ? AND d.deleted = 0 ORDER BY d.rid",
            (package_id,),
        ).fetchall()
        referred = run(
            connection,
            "SELECT r.demand_id, d.state, d.id IS NOT NULL, r.id, r.state, r.refer_kind = 'help' FROM referral r "
            "LEFT JOIN demand d ON d.id = r.demand_id AND d.deleted = 0 "
            "WHERE r.package_id = ? AND r.deleted = 0 ORDER BY r.rid",
            (package_id,),
        ).fetchall()
    members = {row[0]: _Member(row[0], row[1], True, row[2], row[3] or row[1], False) for row in own}
    for demand, state, here, referral, step, helps in referred:
        members[demand] = _Member(demand, state or "", bool(here), referral, step, bool(helps))
    return list(members.values())
