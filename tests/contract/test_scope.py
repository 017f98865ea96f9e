"""Nobody gets a row outside their scope and nobody writes outside their rights. The oracle is written out by hand
here and shares no code with the product."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from gridworker.models.ids import bucket_id, new_id
from gridworker.models.op import Draft, Op, OpKind, OpResult, Outcome
from gridworker.models.registry import ENTITIES
from gridworker.server.database import domain_of
from gridworker.sync.answers import read_answer
from gridworker.sync.protocol.messages import Pull, SyncReply
from gridworker.sync.protocol.wire_rows import decode_rows
from tests.contract.rig import Rig, ask, op
from tests.contract.village import DAY, HOMES_EACH, POSTS, change, create, home, named, visit

#: login -> the micro-grids whose residents' matters it sees. By hand.
SEES: dict[str, set[str]] = {
    "secretary": {"a1", "a2", "b1"},
    "grid_a": {"a1", "a2"},
    "steward_a1": {"a1"},
    "steward_a2": {"a2"},
    "steward_b1": {"b1"},
    "viewer": set(),
}
CASE = (
    "household",
    "resident",
    "basis",
    "visit",
    "visit_visitor",
    "visit_amendment",
    "visit_void",
    "visit_comment",
)


def expected_homes(login: str) -> set[bytes]:
    return {named(home(micro, n)) for micro in SEES[login] for n in range(1, HOMES_EACH + 1)}


def only(reply: SyncReply) -> OpResult:
    assert len(reply.results) == 1
    return reply.results[0]


@pytest.mark.parametrize("login", sorted(POSTS))
def test_a_first_copy_holds_the_scope_and_nothing_else(rig: Rig, login: str) -> None:
    author = rig.desk("secretary")
    author.sync()
    for micro in ("a1", "a2", "b1"):
        author.save(visit(home(micro, 1), micro))
    author.sync()
    desk = rig.desk(login)
    desk.sync()
    assert desk.holds("household") == expected_homes(login)
    assert {row[0] for row in desk.rows("SELECT household_id FROM resident")} == expected_homes(login)
    assert {row[0] for row in desk.rows("SELECT said FROM visit")} == SEES[login]
    assert bool(desk.holds("account")) is (login == "secretary")
    for entity in ("area_unit", "org_unit", "member", "appointment", "estate", "unit", "coverage"):
        assert desk.holds(entity) == {row[0] for row in rig.rows(f"SELECT id FROM {entity}")}, entity


@pytest.mark.parametrize("login", sorted(POSTS))
def test_no_page_ever_carries_a_row_from_outside(rig: Rig, login: str) -> None:
    """Looks at the bytes on the wire, not at what the client kept."""
    author, desk = rig.desk("secretary"), rig.desk(login)
    author.sync()
    desk.sync()
    for micro in ("a1", "a2", "b1"):
        author.save(visit(home(micro, 2), micro))
        author.save(change("household", named(home(micro, 3)), "note", None, micro))
    author.sync()
    desk.sync()
    allowed = {bucket_id(named(micro), "case") for micro in SEES[login]}
    for reply in desk.wire.replies:
        page = read_answer(reply, SyncReply).page
        assert page is not None
        for part in page.parts:
            if part.entity in CASE:
                assert part.bucket in allowed
                assert decode_rows(part)


@pytest.mark.parametrize("login", ["steward_a1", "viewer"])
def test_naming_a_foreign_record_does_not_reveal_it(rig: Rig, login: str) -> None:
    """Rows of refused ops are added to the page, but only if they are visible."""
    desk = rig.desk(login)
    desk.sync()
    foreign = op(1, change("household", named(home("b1", 1)), "note", None, "x"))
    reply = ask(desk, [foreign], Pull(cursor=desk.kept().cursor))
    assert only(reply).outcome is Outcome.REJECTED
    assert reply.page is not None
    assert reply.page.parts == ()


FORGERIES: dict[str, Callable[[], Op]] = {
    "edit": lambda: op(1, change("household", named(home("a2", 1)), "note", None, "x")),
    "edit_claiming_own_bucket": lambda: op(
        1, change("household", named(home("a2", 1)), "note", None, "x"), bucket=bucket_id(named("a1"), "case")
    ),
    "visit": lambda: op(1, visit(home("a2", 1), "x")),
    "resident": lambda: op(1, create("resident", "stranger", household_id=named(home("a2", 1)), name="张三")),
    "new_household_there": lambda: op(
        1, create("household", "strange", code="z", unit_id=named("unit_a2"), room="1", occupancy="owner")
    ),
    "move_own_household_there": lambda: op(
        1, change("household", named(home("a1", 1)), "unit_id", named("unit_a1"), named("unit_a2"))
    ),
    "promote_oneself": lambda: op(
        1,
        create(
            "appointment",
            "coup",
            member_id=named("member_steward_a1"),
            role_code="community_secretary",
            area_unit_id=named("root"),
            valid_from=DAY,
        ),
    ),
    "tree": lambda: op(1, change("area_unit", named("a2"), "parent_id", named("grid_a"), named("grid_b"))),
}


@pytest.mark.parametrize("forgery", sorted(FORGERIES))
def test_a_steward_cannot_write_outside_their_micro_grid(rig: Rig, forgery: str) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    sql = "SELECT bucket_id, entity, record_id, row_version, kind FROM feed ORDER BY bucket_id, entity, record_id"
    before = rig.rows(sql)
    result = only(ask(desk, [FORGERIES[forgery]()]))
    refusal = "only_authority" if forgery in ("tree", "promote_oneself") else "not_allowed"
    assert (result.outcome, result.code) == (Outcome.REJECTED, refusal)
    assert rig.rows(sql) == before


def test_an_id_that_exists_cannot_be_taken(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    taken = op(
        1, create("household", home("b1", 1), code="z", unit_id=named("unit_a1"), room="1", occupancy="owner")
    )
    result = only(ask(desk, [taken]))
    assert (result.outcome, result.code) == (Outcome.REJECTED, "record_exists")


def test_a_viewer_writes_nothing(rig: Rig) -> None:
    desk = rig.desk("viewer")
    desk.sync()
    assert only(ask(desk, [op(1, visit(home("a1", 1), "x"))])).code == "not_allowed"


def test_what_a_client_says_about_derived_fields_is_ignored(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    forged = visit(home("a1", 1), "x")
    forged = msgspec.structs.replace(forged, set=forged.set | {"unit_at": named("b1")})
    assert only(ask(desk, [op(1, forged)])).outcome is Outcome.MERGED
    assert rig.one("SELECT unit_at FROM visit") == named("a1")


def test_rights_are_judged_as_they_are_now(rig: Rig) -> None:
    """Saved under an appointment that has ended since: no effect, whatever the device believed; a person decides."""
    desk = rig.desk("steward_a1")
    desk.sync()
    desk.save(visit(home("a1", 1), "太晚了"))
    with rig.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE appointment SET deleted = 1 WHERE id = ?", (named("post_steward_a1"),)
        )
        connection.exec_driver_sql("UPDATE domain_head SET tree_version = tree_version + 1")
    reply = desk.client.exchange(10, 10_000, 100)
    assert reply.held == 1
    assert rig.one("SELECT count(*) FROM visit") == 0


def test_a_new_appointment_brings_its_micro_grid(rig: Rig) -> None:
    secretary, steward = rig.desk("secretary"), rig.desk("steward_a1")
    secretary.sync()
    steward.sync()
    epoch = steward.kept().epoch
    post = create(
        "appointment",
        "second_post",
        member_id=named("member_steward_a1"),
        role_code="micro_grid_leader",
        area_unit_id=named("a2"),
        valid_from=DAY,
    )
    rig.command(post)
    steward.sync()
    assert steward.holds("household") == expected_homes("grid_a")
    assert steward.kept().epoch == epoch + 1
    steward.wire.requests.clear()
    steward.sync()
    assert len(steward.wire.requests) == 1  # and then it is quiet again


def test_an_appointment_that_ends_by_its_date_ends_the_scope(rig: Rig) -> None:
    secretary, steward = rig.desk("secretary"), rig.desk("steward_a1")
    secretary.sync()
    steward.sync()
    end = change("appointment", named("post_steward_a1"), "valid_to", None, DAY)
    rig.command(end)
    assert (
        steward.client.exchange(10, 10_000, 100).rows > 0
    )  # today still: only the appointment itself changed
    rig.hands.now += 24 * 3600
    steward.client.renew()
    assert steward.client.exchange(10, 10_000, 100).copying  # another scope: a first copy begins
    reply = read_answer(steward.wire.replies[-1], SyncReply)
    assert reply.scope_changed
    assert reply.page is None
    steward.client.exchange(10, 10_000, 5000)
    page = read_answer(steward.wire.replies[-1], SyncReply).page
    assert page is not None
    assert not {part.entity for part in page.parts} & set(CASE)


def test_a_first_copy_under_an_old_scope_does_not_go_on(rig: Rig) -> None:
    desk = rig.desk("secretary")
    desk.client.exchange(10, 10_000, 5)
    copy = desk.kept().copy
    assert copy is not None
    assert copy.after is not None
    moved = msgspec.structs.replace(copy, after=msgspec.structs.replace(copy.after, bucket=b"x" * 16))
    assert ask(desk, [], Pull(bootstrap=moved)).scope_changed
    assert ask(desk, [], Pull(bootstrap=copy), epoch=99).scope_changed
    assert ask(desk, [], Pull(bootstrap=copy), server_epoch=b"y" * 16).scope_changed
    assert not ask(desk, [], Pull(bootstrap=copy)).scope_changed


def test_pushing_works_while_the_scope_has_changed(rig: Rig) -> None:
    """A changed epoch is no error: the ops are judged, only the page is not there."""
    desk = rig.desk("steward_a1")
    desk.sync()
    reply = ask(desk, [op(1, visit(home("a1", 1), "x"))], Pull(cursor=0), epoch=99)
    assert (only(reply).outcome, reply.scope_changed, reply.page) == (Outcome.APPLIED, True, None)


def test_hello_must_fit_the_token(rig: Rig) -> None:
    desk, other = rig.desk("steward_a1"), rig.desk("secretary")
    for changes in (
        {"practice": False},
        {"device_id": other.store.known.device_id},
        {"incarnation": b"z" * 16},
        {"community_id": new_id()},
        {"protocol": "2.0"},
    ):
        with pytest.raises(Exception, match=r"practice_mix|server_refused|device_revoked|versions_apart"):
            ask(desk, [], Pull(), **changes)
    assert ask(desk, [], Pull()).page is not None
    assert rig.acts().count("request_refused") == 4  # all but the unknown protocol


def test_every_entity_lies_in_a_bucket_of_its_class(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig()
    nodes = [row[0] for row in rig.rows("SELECT id FROM area_unit")]
    for entity in ENTITIES:
        allowed = {bucket_id(node, entity.bucket.bucket_class) for node in nodes}
        assert {row[0] for row in rig.rows(f"SELECT bucket_id FROM {entity.name}")} <= allowed
    with rig.database.read() as connection:
        head = domain_of(connection, named("root")).head
    assert head == sum(rig.one(f"SELECT count(*) FROM {entity.name}") for entity in ENTITIES)


def test_ops_of_unknown_kinds_are_answered(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    strange = Op(new_id(), 1, new_id(), "spaceship", new_id(), OpKind.CREATE, {"name": "x"})
    results = ask(desk, [strange]).results
    assert [result.code for result in results] == ["unknown_entity"]


def test_nobody_speaks_in_anothers_name(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    logged = visit(home("a1", 1), "x")

    def comment(thing: str, member: str) -> Draft:
        return create(
            "visit_comment", thing, visit_id=logged.record, member_id=named(f"member_{member}"), text="好"
        )

    made_up = create(
        "conflict",
        "made_up",
        household_id=named(home("a1", 1)),
        entity="household",
        record_id=named(home("a1", 1)),
        field="note",
        mine="x",
        theirs="y",
        state="open",
        by_member_id=named("member_secretary"),
    )
    ops = [
        op(n, draft)
        for n, draft in enumerate(
            (logged, comment("mine", "steward_a1"), comment("forged", "secretary"), made_up), 1
        )
    ]
    assert [r.code for r in ask(desk, ops).results] == ["", "", "not_allowed", "not_allowed"]
    assert rig.one("SELECT count(*) FROM conflict") == 0


def test_a_person_ends_a_conflict_and_does_not_rewrite_it(rig: Rig) -> None:
    desk, target = rig.desk("steward_a1"), named(home("a1", 1))
    asked = [op(n, change("household", target, "note", None, text)) for n, text in ((1, "一"), (2, "二"))]
    assert ask(desk, asked).results[1].outcome is Outcome.CONFLICT
    (record,) = rig.rows("SELECT id FROM conflict")[0]
    rewritten = op(3, change("conflict", record, "theirs", "一", "别的"))
    ended = op(4, change("conflict", record, "state", "open", "kept"))
    assert [r.code for r in ask(desk, [rewritten, ended]).results] == ["not_allowed", ""]
    assert rig.rows("SELECT theirs, state FROM conflict") == [("一", "kept")]


def test_a_pointer_whose_row_lies_elsewhere_by_now_shows_nothing(rig: Rig) -> None:
    """The row is asked where it lies, whatever the feed says: without that a family that moved would leak."""
    desk = rig.desk("steward_b1")
    desk.sync()
    theirs, own = named(home("a1", 1)), bucket_id(named("b1"), "case")
    with rig.database.write() as connection:
        head = connection.exec_driver_sql("UPDATE domain_head SET head = head + 1 RETURNING head").scalar()
        connection.exec_driver_sql(
            "INSERT INTO feed (domain_id, seq, bucket_id, entity, record_id, row_version, kind) "
            "VALUES (?, ?, ?, 'household', ?, 1, 'PUT')",
            (named("root"), head, own, theirs),
        )
    page = ask(desk, [], Pull(cursor=desk.kept().cursor)).page
    assert page is not None
    assert (page.parts, page.through_seq) == ((), head)
    desk.sync()
    assert theirs not in desk.holds("household")
