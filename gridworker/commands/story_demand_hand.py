"""What people do with demands in the story, by hand: the chief at a door, the secretary, the street's operator, the
steward with the resident's slip. Each act works on one laptop; together they are played by story_demands."""

from __future__ import annotations

from gridworker.commands.records import household_named
from gridworker.errors import EventRefused, FieldInvalid
from gridworker.models.days import Clock
from gridworker.models.ids import new_id
from gridworker.models.op import Value
from gridworker.models.slip import check_of
from gridworker.models.tree_plan import Appoint, Plain
from gridworker.services import deliberation, demands, outcomes, projects, referrals, slips
from gridworker.services.demands import DemandForm
from gridworker.services.organisation import MemberForm, add_member
from gridworker.services.reorganisation import ask
from gridworker.services.visits import VisitForm, log_visit
from gridworker.store.queries.demand_detail import demand as detail_of
from gridworker.store.queries.demands import now_of
from gridworker.store.queries.outcomes import need_of
from gridworker.store.queries.referrals import referrals as inbox
from gridworker.store.statements import scalar
from gridworker.store.store import Store

Answer = dict[str, object]
STREET_PERSON = "云溪演示员"


def _demand(store: Store, no: str) -> bytes:
    with store.read() as connection:
        found = scalar(connection, "SELECT id FROM demand WHERE no = ? AND deleted = 0", (no,))
    assert isinstance(found, bytes), no
    return found


def _root(store: Store) -> bytes:
    with store.read() as connection:
        found = scalar(connection, "SELECT id FROM area_unit WHERE parent_id IS NULL AND deleted = 0")
    assert isinstance(found, bytes)
    return found


def post_operator(store: Store) -> Answer:
    """The community enters the street's operator and gives the post, from the server's day on."""
    with store.read() as connection:
        top = scalar(
            connection, "SELECT id FROM org_unit WHERE parent_id IS NULL AND deleted = 0 ORDER BY id"
        )
    assert isinstance(top, bytes)
    _, member = add_member(store, top, MemberForm(STREET_PERSON))
    values: Plain = {"role_code": "street_operator", "valid_from": store.clock.today()}
    today = Clock().today()
    return {"plan": ask(store, (Appoint(new_id(), member, _root(store), values),), today).state}


# -- the closed loop -----------------------------------------------------------------------------------------------


def ask_at_door(store: Store, code: str, name: str, title: str, said: str, category: str) -> Answer:
    """A visit, and in it a demand that its visitor takes on; its number is answered as `name`."""
    home = household_named(store, code)
    form = VisitForm(home, store.clock.today(), "met", said=said)
    wanted = DemandForm(("household_id", home), title, said, category)
    ((demand_id, no),) = log_visit(store, form, demands=[wanted]).demands
    demands.accept(store, demand_id)
    return {name: no}


def refer(store: Store, no: str, level: str, reason: str) -> Answer:
    """Ask the level above; it sees no door and nobody's name."""
    demands.refer_up(store, _demand(store, no), _root(store), level, reason)
    return {"referred": level}


def answer(store: Store, no: str, result: str) -> Answer:
    """Take on what was referred to the units of this account, and say what was done."""
    (row,) = (row for row in inbox(store) if row.no == no)
    referrals.accept(store, row.id)
    referrals.handle(store, row.id, "solved", result)
    with store.read() as connection:
        kept = [scalar(connection, f"SELECT count(*) FROM {table}") for table in ("resident", "demand")]
    seen = {"level": row.level, "round": row.round, "place": row.place, "reporter": row.reporter + row.phone}
    return {**seen, "residents_and_demands": kept}


def tell(store: Store, no: str) -> Answer:
    """Tell the resident, and leave a slip with a code for the rating."""
    _reply(store, _demand(store, no))
    return {"code": slips.make(store, _demand(store, no)).code}


def _reply(store: Store, demand_id: bytes) -> None:
    demands.cause(store, demand_id, "reply", replied_at=now_of(store), reply_channel="door")


def rate(store: Store, no: str, code: str, satisfaction: str) -> Answer:
    """Enter the resident's rating by the code of the slip, and close. An invented code opens nothing."""
    demand_id, refused = _demand(store, no), ""
    try:
        slips.rate(store, demand_id, "222222" + check_of("222222"), satisfaction)
    except FieldInvalid as error:
        refused = str(error.values["reason"])
    slips.rate(store, demand_id, code, satisfaction)
    demands.cause(store, demand_id, "close")
    return {"invented_code": refused}


def close(store: Store, no: str) -> Answer:
    """Close a demand whose reporter wants no revisit; a refusal is told with what is possible instead."""
    try:
        demands.cause(store, _demand(store, no), "close", revisit_declined=1)
    except EventRefused as error:
        return {"refused": error.values["reason"], "legal": error.values["legal"]}
    return {"refused": ""}


def read(store: Store, *numbers: str) -> Answer:
    """State, owner, rating and log of demands, as their page shows them."""
    answers: Answer = {}
    for no in numbers:
        found = detail_of(store, _demand(store, no))
        log = [entry.event for entry in found.log]
        answers[no] = [found.row.state, found.row.owner, found.values["satisfaction"], log]
    return answers


# -- the ramp ------------------------------------------------------------------------------------------------------


def deliberate(store: Store, no: str, title: str) -> Answer:
    """The demand becomes an issue and stands on the list of needs; the issue is accepted and comes before a meeting,
    which votes. A vote over the number present is refused."""
    root, me = _root(store), store.known.member_id
    where: dict[str, Value] = {"area_unit_id": root}
    issue = deliberation.raise_issue(
        store, {**where, "title": title, "raised_from": "demand", "level": "community"}
    ).record
    outcomes.to_issue(store, _demand(store, no), issue, title)
    deliberation.move_issue(store, issue, "review")
    deliberation.move_issue(store, issue, "accept")
    people: dict[str, Value] = dict.fromkeys(("convenor_id", "chair_id", "recorder_id"), me)
    held: dict[str, Value] = {"held_on": store.clock.today(), "place_text": "小区会客厅"}
    meeting = deliberation.plan_meeting(
        store, {**where, **people, **held, "kind": "red_council"}, (issue,)
    ).record
    deliberation.move_meeting(store, meeting, "call", short_notice_reason="各方都在")
    deliberation.set_attendance(store, meeting, [{"capacity": "resident", "head_count": 11}])
    deliberation.move_meeting(store, meeting, "hold")
    deliberation.move_issue(store, issue, "deliberate")
    votes: dict[str, Value] = {"method": "hands", "votes_for": 12, "votes_against": 2, "votes_abstain": 1}
    refused = ""
    try:
        deliberation.record_vote(store, meeting, issue, votes)
    except FieldInvalid as error:
        refused = str(error.values["reason"])
    deliberation.record_vote(store, meeting, issue, {**votes, "votes_for": 8})
    deliberation.move_meeting(store, meeting, "minute", summary="各方同意在地面建车棚")
    deliberation.move_issue(store, issue, "decide", decision_text="在地面建车棚，坡道加防滑条")
    deliberation.move_issue(store, issue, "give_notice", notice_place="小区公示栏")
    return {"too_many_votes": refused, "issue": _no(store, "issue", issue), "votes_for": 8}


def plan_project(store: Store, no: str, title: str) -> Answer:
    """The need behind the demand is answered by a project; handed in without its plan it is refused."""
    need = need_of(store, no)
    assert need is not None
    project = projects.add(store, {"title": title, "category": "safety"}, (need,)).record
    projects.move(store, project, "draft")
    missing = ""
    try:
        projects.move(store, project, "submit")
    except FieldInvalid as error:
        missing = str(error.values["field"])
    return {"project": _no(store, "project", project), "missing": missing}


def plan_reply(store: Store, no: str) -> Answer:
    """What is planned is the result so far, and the resident is told."""
    demand_id = _demand(store, no)
    said = {"result_kind": "planned", "result_text": "议事会已定建车棚", "solve_level": "community"}
    demands.cause(store, demand_id, "handle", **said)
    _reply(store, demand_id)
    return {"planned": no}


def hear(store: Store, issue_no: str, text: str) -> Answer:
    """What came of the issue is told to every demand behind it."""
    with store.read() as connection:
        issue = scalar(connection, "SELECT id FROM issue WHERE no = ?", (issue_no,))
    assert isinstance(issue, bytes)
    outcomes.feed_back(store, "issue", issue, text)
    return {"fed_back": issue_no}


def _no(store: Store, entity: str, record: bytes) -> object:
    with store.read() as connection:
        return scalar(connection, f"SELECT no FROM {entity} WHERE id = ?", (record,))


ACTS = (
    post_operator, ask_at_door, refer, answer, tell, rate, close, read,
    deliberate, plan_project, plan_reply, hear,
)  # fmt: skip
