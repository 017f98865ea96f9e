"""How a change meets the row that is there: the rule of the design against a plain oracle."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gridworker.models.household import HOUSEHOLD
from gridworker.models.op import Value
from gridworker.store.merging import Clash, merge

SMALL = st.sampled_from([None, 0, 1, "甲", "乙"])
NAMES = st.sampled_from(["note", "room", "visit_opt_out"])
ROWS = st.fixed_dictionaries(dict.fromkeys(("note", "room", "visit_opt_out"), SMALL))


def oracle(name: str, incumbent: Value, base: Value, value: Value) -> str:
    """op.base → take; op.value → nothing; else a clash. "Do not visit" is set whatever the base."""
    if incumbent == value:
        return "nothing"
    if incumbent == base or (name == "visit_opt_out" and value):
        return "take"
    return "clash"


@given(incumbent=ROWS, base=st.dictionaries(NAMES, SMALL), change=st.dictionaries(NAMES, SMALL))
def test_three_ways_and_restrictive_wins(
    incumbent: dict[str, Value], base: dict[str, Value], change: dict[str, Value]
) -> None:
    merged = merge(HOUSEHOLD, incumbent, base, change)
    ends = {name: oracle(name, incumbent[name], base.get(name), value) for name, value in change.items()}
    assert merged.taken == {name: change[name] for name, end in ends.items() if end == "take"}
    assert merged.clashes == tuple(
        Clash(name, base.get(name), change[name], incumbent[name])
        for name, end in ends.items()
        if end == "clash"
    )


@given(incumbent=ROWS, base=st.dictionaries(NAMES, SMALL), change=st.dictionaries(NAMES, SMALL))
def test_replayed_on_a_pulled_row_what_was_typed_stays(
    incumbent: dict[str, Value], base: dict[str, Value], change: dict[str, Value]
) -> None:
    merged = merge(HOUSEHOLD, incumbent, base, change, mine_on_top=True)
    assert merged.clashes == ()
    assert {**incumbent, **merged.taken} == {**incumbent, **change}


@given(row=ROWS, mine=st.dictionaries(NAMES, SMALL), theirs=st.dictionaries(NAMES, SMALL))
def test_nobody_loses_a_change_in_either_order(
    row: dict[str, Value], mine: dict[str, Value], theirs: dict[str, Value]
) -> None:
    """Two people start from the same row. Whoever comes second: each field is taken, equal, or a clash to decide."""
    base = {name: row[name] for name in mine}
    after_theirs = {**row, **merge(HOUSEHOLD, row, {n: row[n] for n in theirs}, theirs).taken}
    second = merge(HOUSEHOLD, after_theirs, base, mine)
    for name, value in mine.items():
        kept = {**after_theirs, **second.taken}[name]
        assert kept == value or name in {clash.field for clash in second.clashes}
    for name in theirs.keys() - mine.keys():
        assert {**after_theirs, **second.taken}[name] == theirs[name]
    if row["visit_opt_out"] != 1 and 1 in (mine.get("visit_opt_out"), theirs.get("visit_opt_out")):
        assert {**after_theirs, **second.taken}["visit_opt_out"]
