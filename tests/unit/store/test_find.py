"""Search beside a slow scan that knows nothing of its tables, and the rules of what may be found."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pypinyin import Style, lazy_pinyin

from gridworker.models.entity import Merge
from gridworker.models.registry import BY_NAME
from gridworker.services import demands, referrals
from gridworker.services.demands import DemandForm
from gridworker.services.places import add_place
from gridworker.services.residents import edit_resident
from gridworker.services.visits import amend_visit, log_visit
from gridworker.store.queries.doors import door_of
from gridworker.store.queries.find import find
from gridworker.store.queries.spellings import node_spellings
from gridworker.store.queries.typed import typed
from gridworker.store.receive import Gone, receive
from gridworker.store.rows import Hit, HitKind, Match, TreeKind
from gridworker.store.spelling import spelled
from gridworker.store.store import Store
from tests.community import changed, copied, form, household_of, one, open_store, wire_rows

ALL = 100_000


def index_all(store: Store) -> None:
    while store.index_some():
        pass


@pytest.fixture(scope="module")
def known(alone_template: object, tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = open_store(copied(alone_template, tmp_path_factory.mktemp("find") / "p"))  # type: ignore[arg-type]
    index_all(store)
    return store


def ids(hits: tuple[Hit, ...], kind: HitKind) -> set[bytes]:
    return {hit.id for hit in hits if hit.kind is kind}


def residents(store: Store) -> list[tuple[bytes, str, str]]:
    with store.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT id, name, coalesce(phone, '') FROM resident WHERE deleted = 0 AND moved_out_on IS NULL"
        ).fetchall()
    return [(row[0], row[1].removeprefix("演示·"), row[2]) for row in rows]


def first_resident(store: Store) -> tuple[bytes, str]:
    record, name = (
        one(store, "SELECT id FROM resident LIMIT 1"),
        one(store, "SELECT name FROM resident LIMIT 1"),
    )
    assert isinstance(record, bytes)
    return record, str(name)


# -- beside the scan -------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10_000))
def test_residents_are_those_a_scan_finds(known: Store, seed: int) -> None:
    chance = random.Random(seed)
    people = residents(known)
    _, name, phone = chance.choice(people)
    start = chance.randrange(len(name))
    part = name[start : start + chance.randint(1, 3)]
    assert ids(find(known, part, ALL), HitKind.RESIDENT) == {r for r, other, _ in people if part in other}
    full = "".join(lazy_pinyin(name))
    begun = full[: chance.randint(2, len(full))]
    for letters in (begun, begun.upper(), " ".join(begun)):
        scanned = {r for r, other, _ in people if "".join(lazy_pinyin(other)).startswith(begun)}
        assert scanned <= ids(find(known, letters, ALL), HitKind.RESIDENT)
    short = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))
    scanned = {r for r, o, _ in people if "".join(lazy_pinyin(o, style=Style.FIRST_LETTER)).startswith(short)}
    assert scanned <= ids(find(known, short, ALL), HitKind.RESIDENT)
    if phone:
        tail = phone.replace("-", "")[-chance.randint(4, 8) :]
        scanned = {r for r, _, other in people if other.replace("-", "").endswith(tail)}
        assert ids(find(known, tail, ALL), HitKind.RESIDENT) == scanned


def test_nobody_is_found_by_letters_that_no_reading_has(known: Store) -> None:
    people = {record: name for record, name, _ in residents(known)}
    for letters in ("zh", "li", "ch", "wang", "ly"):
        for record in ids(find(known, letters, ALL), HitKind.RESIDENT):
            reading = spelled(people[record], person=True)
            assert any(key.startswith(letters) for key in (*reading.pinyin, *reading.initials))


def test_every_door_finds_its_household_first(known: Store) -> None:
    with known.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT h.id, b.name, u.name, h.room, e.name, h.code FROM household h JOIN unit u ON u.id = h.unit_id "
            "JOIN building b ON b.id = u.building_id JOIN estate e ON e.id = b.estate_id WHERE h.deleted = 0"
        ).fetchall()
    for record, building, unit, room, estate, code in rows:
        door = door_of(building, unit, room)
        wide = door.translate({ord("-"): "－"} | {ord(str(n)): chr(0xFF10 + n) for n in range(10)})
        for text in (door, f"{estate}{door}", f"{estate} {building}{unit}{room}室", wide, code, code.lower()):
            hit = find(known, text)[0]
            assert (hit.kind, hit.id, hit.title) == (HitKind.HOUSEHOLD, record, door), text
        stair = {r[0] for r in rows if (r[1], r[2], r[4]) == (building, unit, estate)}
        assert stair <= ids(find(known, f"{estate}{door.rpartition('-')[0]}", ALL), HitKind.HOUSEHOLD)


def test_visits_by_number_and_words_newest_first(known: Store) -> None:
    with known.read() as connection:
        rows = connection.exec_driver_sql("SELECT id, no, coalesce(said, '') FROM visit").fetchall()
    for record, no, said in rows:
        assert find(known, no)[0].id == record
        assert find(known, no.lower())[0].match is Match.NUMBER
        if len(said) > 3:
            assert record in ids(find(known, said[1:4], ALL), HitKind.VISIT)
    days = [hit.facts[0] for hit in find(known, "Z26-", 60) if hit.kind is HitKind.VISIT]
    assert len(days) == 60
    assert days == sorted(days, reverse=True)


def test_nodes_by_name_pinyin_and_initials(known: Store) -> None:
    for text, match in (("锦澜", Match.NAME), ("jinlan", Match.PINYIN), ("jlsq", Match.INITIALS)):
        nodes = [hit for hit in find(known, text) if hit.kind is HitKind.NODE]
        assert {hit.tree for hit in nodes} == {TreeKind.AREA, TreeKind.ORG}, text
        assert {hit.match for hit in nodes} == {match}
    spellings = node_spellings(known)
    root = one(known, "SELECT id FROM area_unit WHERE parent_id IS NULL")
    assert isinstance(root, bytes)
    assert "jinlanshequ" in spellings[root]


# -- rules -----------------------------------------------------------------------------------------------------------


def test_people_of_the_organisation_are_never_found(known: Store) -> None:
    with known.read() as connection:
        members = connection.exec_driver_sql("SELECT id, name FROM member WHERE deleted = 0").fetchall()
        keyed = {r[0] for r in connection.exec_driver_sql("SELECT DISTINCT entity FROM find_key")}
    assert members
    assert keyed == {"resident", "area_unit", "org_unit", "shop", "public_spot"}
    for record, name in members:
        for text in (name, name.removeprefix("演示·"), spelled(name, person=True).pinyin[0]):
            assert record not in {hit.id for hit in find(known, text, ALL)}
    for entity in ("member", "appointment", "account"):
        assert not BY_NAME[entity].search
        assert not BY_NAME[entity].spelled


def test_a_spelled_field_is_one_that_everybody_types() -> None:
    for entity in BY_NAME.values():
        if entity.spelled:
            assert entity.field(entity.spelled).merge is not Merge.LOCAL


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("演示·曾文", ("zengwen", "zw", "cengwen")),
        ("仇和", ("qiuhe", "qh")),
        ("单雄信", ("shanxiongxin", "sxx")),
        ("解小东", ("xiexiaodong", "xxd")),
        ("区志航", ("ouzhihang", "ozh")),
        ("查良镛", ("zhaliangyong", "zly")),
        ("盖文", ("gewen", "gaiwen")),
        ("翟天临", ("zhaitianlin", "ztl")),
        ("朴树", ("piaoshu", "ps")),
        ("尉文", ("weiwen", "yuwen")),
        ("乐嘉", ("yuejia", "lejia", "yj", "lj")),
        ("覃文", ("qinwen", "tanwen")),
        ("缪文", ("miaowen", "mw")),
        ("尉迟恭", ("yuchigong", "ycg")),
        ("欧阳修", ("ouyangxiu", "oyx")),
        ("吕布", ("lvbu", "lubu", "lb")),
        ("阿不都·热合曼", ("abudoureheman",)),
        ("John Smith", ("johnsmith",)),
    ],
)
def test_family_names_of_several_readings(name: str, keys: tuple[str, ...]) -> None:
    found = spelled(name, person=True)
    assert set(keys) <= {*found.pinyin, *found.initials}


def test_a_renamed_resident_goes_by_the_new_name_only(alone: Store) -> None:
    index_all(alone)
    resident, name = first_resident(alone)
    edit_resident(alone, resident, {"name": name}, {"name": "演示·覃乐"})
    for text in ("qinle", "ql", "tanle", "tl", "覃乐"):
        assert resident in ids(find(alone, text), HitKind.RESIDENT), text
    old = spelled(name, person=True)
    for text in (*old.pinyin, name):
        assert resident not in ids(find(alone, text, ALL), HitKind.RESIDENT)


def test_who_moved_out_or_left_is_not_found(alone: Store) -> None:
    index_all(alone)
    resident, name = first_resident(alone)
    assert resident in ids(find(alone, name, ALL), HitKind.RESIDENT)
    edit_resident(alone, resident, {"moved_out_on": None}, {"moved_out_on": "2026-11-01"})
    for text in (name, spelled(name, person=True).pinyin[0]):
        assert resident not in ids(find(alone, text, ALL), HitKind.RESIDENT)


def test_what_was_said_is_found_at_once(alone: Store) -> None:
    logged = log_visit(alone, form(household_of(alone), said="三楼声控灯坏了"))
    (hit,) = [hit for hit in find(alone, "声控灯坏") if hit.kind is HitKind.VISIT]
    assert (hit.id, hit.title, hit.state) == (logged.visit_id, logged.no, "met")


# -- rows that come from the server ------------------------------------------------------------------------------------


def keys_of(store: Store, record: bytes) -> int:
    sql = "SELECT count(*) FROM find_key k JOIN resident r ON r.rid = k.rid WHERE k.entity = 'resident' AND r.id = ?"
    return int(str(one(store, sql, record)))


def test_received_names_keep_their_keys_right(joined: Store) -> None:
    resident, name = first_resident(joined)
    (part,) = wire_rows(joined, "resident", [resident])
    row = changed(part.rows[0], "resident", 900, name="演示·仇文伟")
    receive(joined, (), [type(part)("resident", part.bucket_id, [row])], (), {})
    assert resident in ids(find(joined, "qiuwenwei"), HitKind.RESIDENT)
    assert resident not in ids(find(joined, spelled(name, person=True).pinyin[0], ALL), HitKind.RESIDENT)
    gone = changed(row, "resident", 901, deleted=1)
    receive(joined, (), [type(part)("resident", part.bucket_id, [gone])], (), {})
    assert ids(find(joined, "qiuwenwei"), HitKind.RESIDENT) == set()
    assert keys_of(joined, resident) == 0


def test_what_leaves_the_scope_leaves_no_key(joined: Store) -> None:
    resident, _ = first_resident(joined)
    rid = one(joined, "SELECT rid FROM resident WHERE id = ?", resident)
    assert keys_of(joined, resident) >= 2
    receive(joined, (), (), [Gone("resident", resident, 10_000)], {})
    assert one(joined, "SELECT count(*) FROM find_key WHERE entity = 'resident' AND rid = ?", rid) == 0


def test_catching_up_keys_everything_that_came_in_bulk(joined: Store) -> None:
    lacking = one(
        joined,
        "SELECT count(*) FROM resident r WHERE r.deleted = 0 AND NOT EXISTS "
        "(SELECT 1 FROM find_key k WHERE k.entity = 'resident' AND k.rid = r.rid AND k.how = 'pinyin')",
    )
    assert lacking == 0
    assert joined.index_some() == 0


# -- what was typed ----------------------------------------------------------------------------------------------------


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=30))
@example('"')
@example("a AND b*")
@example("3-2-")
@example("栋")
@example("\ud83d")
@example("\x00")
@example("z26-")
@example("９９９９９９９９９９９９９９９９９９９９-1-1")
def test_no_text_is_an_error_and_the_limit_holds(known: Store, text: str) -> None:
    assert len(find(known, text, 7)) <= 7


def test_every_kind_gets_its_share(known: Store) -> None:
    hits = find(known, "网格", 6)
    assert len(hits) == 6
    assert find(known, "", 5) == ()
    assert find(known, "   ", 5) == ()


@pytest.mark.parametrize(
    ("text", "building", "unit", "room", "estate"),
    [
        ("3-2-501", 3, 2, "501", ""),
        ("3—2—501", 3, 2, "501", ""),
        ("3栋2单元501室", 3, 2, "501", ""),
        ("3号楼 2 单元 501", 3, 2, "501", ""),
        ("学府院3幢501", 3, None, "501", "学府院"),
        ("10-2", 10, None, "2", ""),
    ],
)
def test_doors_as_people_write_them(
    text: str, building: int, unit: int | None, room: str, estate: str
) -> None:
    door = typed(text).door
    assert door is not None
    assert (door.building, door.unit, door.room, door.estate) == (building, unit, room, estate)


# -- amended visits --------------------------------------------------------------------------------------------------


def test_an_amended_visit_is_found_by_what_it_says_now(alone: Store) -> None:
    home = household_of(alone)
    logged = log_visit(alone, form(home, said="说水表鲎漏"))
    amend_visit(alone, logged.visit_id, {"said": "说电表鲎漏"}, "写错了")
    amend_visit(alone, logged.visit_id, {"next_step": "鳜请电工"}, "补上")
    (hit,) = find(alone, "电表鲎")
    assert hit.id == logged.visit_id and "说电表鲎漏" in hit.facts
    assert ids(find(alone, "鳜请"), HitKind.VISIT) == {logged.visit_id}
    assert find(alone, "水表鲎") == ()


@pytest.mark.parametrize("findable_before", [True, False])
def test_amendments_from_another_device_are_found(
    alone: Store, joined: Store, *, findable_before: bool
) -> None:
    """In one small page, whether or not the visit had been indexed."""
    if findable_before:
        index_all(joined)
    visit = one(joined, "SELECT id FROM visit ORDER BY rid LIMIT 1")
    assert isinstance(visit, bytes)
    amend_visit(alone, visit, {"said": "鳤鱼缸漏水"}, "听错了")
    record = one(alone, "SELECT id FROM visit_amendment WHERE visit_id = ?", visit)
    assert isinstance(record, bytes)
    (part,) = wire_rows(alone, "visit_amendment", [record])
    receive(joined, (), (part,), (), {})
    assert ids(find(joined, "鳤鱼"), HitKind.VISIT) == {visit}
    index_all(joined)
    assert ids(find(joined, "鳤鱼"), HitKind.VISIT) == {visit}


def test_a_file_from_before_learns_its_amended_words(alone: Store) -> None:
    """What an older version indexed by the first words is indexed once more."""
    logged = log_visit(alone, form(household_of(alone), said="说鳗鱼"))
    amend_visit(alone, logged.visit_id, {"said": "说鳝鱼"}, "听错了")
    index_all(alone)
    with alone.database.write() as connection:  # as it was left before
        rid = connection.exec_driver_sql("SELECT rid FROM visit WHERE id = ?", (logged.visit_id,)).scalar()
        connection.exec_driver_sql(
            "INSERT OR REPLACE INTO find_visit (rowid, body) VALUES (?, ' 说  鳗  鱼 ')", (rid,)
        )
        connection.exec_driver_sql("INSERT INTO local_state (key, value) VALUES ('index_amended', X'31')")
    assert find(alone, "鳝鱼") == ()
    index_all(alone)
    assert ids(find(alone, "鳝鱼"), HitKind.VISIT) == {logged.visit_id}
    assert alone.state("index_amended") is None


@pytest.mark.parametrize("kind", [HitKind.SHOP, HitKind.SPOT])
def test_a_place_is_found_by_name_spelling_and_code(alone: Store, kind: HitKind) -> None:
    unit = one(alone, "SELECT id FROM unit ORDER BY rid LIMIT 1")
    assert isinstance(unit, bytes)
    own = "超市" if kind is HitKind.SHOP else "yard"
    record = add_place(
        alone, kind.value, {"name": "鑫旺五金", "code": "KX-77001", "unit_id": unit, "kind": own}
    ).record
    texts = {"旺五": Match.NAME, "xinwang": Match.PINYIN, "xwwj": Match.INITIALS, "KX-77001": Match.CODE}
    for text, match in texts.items():
        hits = [hit for hit in find(alone, text, ALL) if hit.id == record]
        assert [(hit.kind, hit.match, hit.title) for hit in hits] == [(kind, match, "鑫旺五金")], text
        assert (hits[0].state, hits[0].unit_id, hits[0].household_id) == ("open", unit, None)


def test_what_was_referred_is_found_by_its_last_round(alone: Store) -> None:
    root = one(alone, "SELECT id FROM area_unit WHERE parent_id IS NULL")
    assert isinstance(root, bytes)
    place = ("household_id", household_of(alone))
    made = demands.register(alone, DemandForm(place, "鲈鱼味", "鲈鱼味", "repair", reporter="anonymous"))
    demands.refer_up(alone, made.demand_id, root, "street", "本级办不了")
    first = one(alone, "SELECT id FROM referral")
    assert isinstance(first, bytes)
    for text in ("鲈鱼", made.no):
        hits = find(alone, text)
        assert [hit.kind for hit in hits] == [
            HitKind.DEMAND,
            HitKind.REFERRAL,
        ]  # the demand itself comes first
        assert (hits[1].id, hits[1].title, hits[1].state) == (first, made.no, "open")
        assert hits[1].facts[0] == "鲈鱼味"
    referrals.give_back(alone, first, "不归这里")
    demands.refer_up(alone, made.demand_id, root, "street", "请再看看")
    (hit,) = (hit for hit in find(alone, "鲈鱼") if hit.kind is HitKind.REFERRAL)
    assert (hit.id != first, hit.state) == (True, "open")
