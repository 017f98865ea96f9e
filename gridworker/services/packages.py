"""Joint submissions 综合提报: several demands, one handling, one feedback that reaches all who reported. An act on
the submission takes the same step with each of its demands, all or none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gridworker.models.demand import DEMAND, DEMAND_PACKAGE, REFERRAL
from gridworker.models.demand_machine import ENDS
from gridworker.models.ids import new_id
from gridworker.models.machine import EVENT, NOTE
from gridworker.models.op import Draft, OpKind, Value
from gridworker.services.acts import Done, create, do
from gridworker.services.demands import event_draft
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


def collect(store: Store, area_unit_id: bytes, title: str, demand_ids: Sequence[bytes]) -> Done:
    """A joint submission of these demands at an area. Raises EventRefused for a demand that has ended or is not to be
    joined by this account, FieldInvalid, NotAllowed, NotFound; then nothing was changed."""
    record = new_id()
    made = create(DEMAND_PACKAGE.name, record, {"area_unit_id": area_unit_id, "title": title.strip()})
    drafts = [made, *_joining(store, record, demand_ids)]
    return do(store, drafts, Act("demand_package_made", DEMAND_PACKAGE.name, record), record)


def add(store: Store, package_id: bytes, demand_ids: Sequence[bytes]) -> Done:
    """Take more demands into it. Raises as `collect`."""
    act = Act("demand_package_added", DEMAND_PACKAGE.name, package_id, {"count": len(demand_ids)})
    return do(store, _joining(store, package_id, demand_ids), act, package_id)


def _joining(store: Store, package_id: bytes, demand_ids: Sequence[bytes]) -> list[Draft]:
    return [event_draft(store, one, "join_package", package_id=package_id) for one in demand_ids]


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
    kind `kind`, solved at `level`. What was taken on through a referral is handled through it.

    Raises EventRefused where one of them cannot be handled by this account; then nothing was changed."""
    result: dict[str, Value] = {"result_kind": kind, "result_text": handling}
    drafts = [step_draft(store, DEMAND_PACKAGE.name, package_id, "handle", handling=handling)]
    for demand, state, referral in _members(store, package_id):
        if referral is not None:
            drafts.append(step_draft(store, REFERRAL.name, referral, "handle", **result))
        elif state not in (*ENDS, "handled", "replied", "revisited"):
            drafts += _handled(store, demand, state, {**result, "solve_level": level})
    return do(store, drafts, Act("demand_package_handle", DEMAND_PACKAGE.name, package_id), package_id)


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
    drafts += [
        Draft(DEMAND.name, demand, OpKind.EVENT, {EVENT: "reply", NOTE: feedback[:1000], **told})
        for demand, state, _ in _members(store, package_id)
        if state == "handled"
    ]
    return do(store, drafts, Act("demand_package_feed_back", DEMAND_PACKAGE.name, package_id), package_id)


def _members(store: Store, package_id: bytes) -> list[tuple[bytes, str, bytes | None]]:
    """Each demand, its state, and the referral through which another unit has taken it on."""
    with store.read() as connection:
        rows = run(
            connection,
            "SELECT d.id, d.state, r.id FROM demand d LEFT JOIN referral r ON r.demand_id = d.id "
            "AND r.round = d.round AND r.state = 'accepted' AND r.refer_kind <> 'help' "
            "WHERE d.package_id = ? AND d.deleted = 0 ORDER BY d.rid",
            (package_id,),
        ).fetchall()
    return [(row[0], row[1], row[2]) for row in rows]
