"""The resident's slip: its code is shown once and kept as a salted hash only, and an owner's rating does not count."""

from __future__ import annotations

import pytest

from gridworker.errors import EventRefused, FieldInvalid, NotFound
from gridworker.exports.document import Table
from gridworker.exports.html import render_html
from gridworker.exports.slip import SlipFacts, slip_document
from gridworker.models.slip import ALPHABET, check_of, new_code, read_code
from gridworker.services import demands, slips
from gridworker.store.queries.demand_detail import demand
from gridworker.store.store import Store
from gridworker.wording import Wording
from tests.community import one
from tests.unit.services.test_demands import form, other_member

CODE = "23456789"[:6]


def execute(store: Store, sql: str, *values: object) -> None:
    with store.database.write() as connection:
        connection.exec_driver_sql(sql, values)


def replied(store: Store) -> bytes:
    record = demands.register(store, form(store)).demand_id
    demands.accept(store, record)
    done = {"result_kind": "solved", "result_text": "坡道已改缓", "solve_level": "grid"}
    demands.cause(store, record, "handle", **done)
    demands.cause(store, record, "reply", replied_at="2026-11-20 09:00", reply_channel="phone")
    return record


def by_another(store: Store, record: bytes) -> None:
    """As if a colleague had owned and handled it."""
    other = other_member(store)
    execute(
        store, "UPDATE demand SET owner_member_id = ?, handled_by_id = ? WHERE id = ?", other, other, record
    )


def test_a_code_tells_typing_errors() -> None:
    for _ in range(50):
        code = new_code()
        assert len(code) == 7 and read_code(f" {code[:3].lower()}-{code[3:]} ") == code
        wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code)  # as a Chinese keyboard types them
        for typed in (code, f"{code[:4]} {code[4:]}", " ".join(code), wide, f"{wide[:2]}　{wide[2:]}"):
            assert read_code(typed) == code
        for place in range(7):
            wrong = ALPHABET[(ALPHABET.index(code[place]) + 1) % len(ALPHABET)]
            with pytest.raises(ValueError, match="not_a_slip_code"):
                read_code(code[:place] + wrong + code[place + 1 :])
        for place in range(5):
            if code[place] != code[place + 1]:
                swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
                with pytest.raises(ValueError, match="not_a_slip_code"):
                    read_code(swapped)
    assert len({new_code() for _ in range(200)}) > 190


def test_only_a_salted_hash_is_kept(alone: Store) -> None:
    record = replied(alone)
    first, second = slips.make(alone, record), slips.make(alone, record)
    with alone.read() as connection:
        tables = [
            row[0]
            for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        kept = "".join(str(connection.exec_driver_sql(f"SELECT * FROM {name}").fetchall()) for name in tables)
    assert first.code not in kept and second.code not in kept
    assert one(alone, "SELECT count(DISTINCT salt) FROM demand_slip") == 2
    assert slips.is_of(alone, record, first.code) and slips.is_of(alone, record, second.code.lower())
    with pytest.raises(NotFound):
        slips.make(alone, b"\x01" * 16)


def test_another_account_rates_by_the_code(alone: Store) -> None:
    record = replied(alone)
    by_another(alone, record)
    execute(alone, "UPDATE demand_event SET changed = '{}' WHERE demand_id = ?", record)
    code = slips.make(alone, record).code
    foreign = slips.make(alone, replied(alone)).code
    drawn = CODE
    for typed, reason in (
        (foreign, "slip_of_another"),
        ("12", "not_a_slip_code"),
        (drawn, "not_a_slip_code"),
    ):
        with pytest.raises(FieldInvalid, match=reason):
            slips.rate(alone, record, typed, "satisfied")
    with pytest.raises(FieldInvalid, match="slip_of_another"):
        slips.rate(alone, record, drawn + check_of(drawn), "satisfied")
    assert demand(alone, record).row.state == "replied"
    slips.rate(alone, record, code, "satisfied")
    found = demand(alone, record)
    assert (found.row.state, found.values["satisfaction"]) == ("revisited", "satisfied")


def test_an_owners_rating_counts_as_none(alone: Store) -> None:
    record = replied(alone)
    code = slips.make(alone, record).code
    with pytest.raises(EventRefused, match="handler_himself"):
        slips.rate(alone, record, code, "satisfied")
    by_another(alone, record)  # he gave it away, and still owned it once
    slips.rate(alone, record, code, "unsatisfied", "还是陡")
    found = demand(alone, record)
    assert (found.values["satisfaction"], found.values["satisfaction_reason"]) == ("unrated", None)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_paper_names_number_day_and_who_answers(language: str) -> None:
    days = ("2026-11-18 10:00", "2026-11-25 10:00")
    facts = SlipFacts("锦澜社区", "S26-01-0001", "停车", *days, "李演示", "", "ABCDEFG", practice=True)
    made = slip_document(facts, Wording.load(language), "2026-11-20 09:00")
    (table,) = (block for block in made.blocks if isinstance(block, Table))
    shown = [row[1] for row in table.rows]
    assert shown[0] == "S26-01-0001" and shown[3] == "2026-11-25 10:00" and shown[6] == "ABCD EFG"
    assert shown[5] == Wording.load(language)("slip.not_given")
    assert made.marks
    assert "{" not in render_html(made).split("</style>")[-1]
