"""Single values: doors, phones, years, words, headers, text tables."""

from __future__ import annotations

import datetime as dt

import pytest

from gridworker.imports import aliases, values
from gridworker.imports.addresses import Door, Places, door_of_columns, read_door
from gridworker.imports.cells import Cell
from gridworker.imports.delimited import decoded, table_of
from gridworker.imports.layout import index_of, letter_of, meaning_of
from gridworker.imports.values import Unreadable
from gridworker.models.ledger import KnownUnit

DOORS = (
    "3栋2单元502",
    "3-2-502",
    "3幢2门502室",
    "3#2-502",
    "３栋２单元５０２",
    "第3栋2单元502",
    "三栋二单元502",
    "3号楼2单元5层502",
    "3 栋 2 单元 502 号",
    "3—2—502",
    "3座2-502",
    "3号2单元502",
)


@pytest.mark.parametrize("text", DOORS)
def test_a_door_is_read_however_it_is_written(text: str) -> None:
    assert read_door(text) == Door("", "3", "2", "502", 5)


def test_a_door_may_name_its_estate_and_leave_the_unit_out() -> None:
    assert read_door("锦苑一期12栋1203") == Door("锦苑1期", "12", "", "1203", 12)
    assert read_door("中山路88号A3栋2单元501") == Door("中山路88号", "A3", "2", "501", 5)
    assert read_door("幸福里") is None


def test_a_door_in_several_columns() -> None:
    assert door_of_columns("", "3栋", "2单元", "502室") == Door("", "3栋", "2单元", "502", 5)
    assert door_of_columns("", "3栋2单元", "", "502") == Door("", "3", "2", "502", 5)
    assert door_of_columns("", "3", "2", "3-2-502") == Door("", "3", "2", "502", 5)
    assert door_of_columns("", "", "", "3-2-502") == Door("", "3", "2", "502", 5)
    assert door_of_columns("", "3", "2", "") is None


UNITS = [
    KnownUnit(b"1" * 16, "JY-3-1", "锦苑一期", "3栋", "1单元"),
    KnownUnit(b"2" * 16, "JY-3-2", "锦苑一期", "3栋", "2单元"),
    KnownUnit(b"3" * 16, "XF-3-1", "学府院", "3栋", "1单元"),
    KnownUnit(b"4" * 16, "XF-5-1", "学府院", "05号楼", "1单元"),
]


@pytest.mark.parametrize(
    ("door", "context", "code"),
    [
        ("3-2-101", "", "JY-3-2"),
        ("学府院3-1-101", "", "XF-3-1"),
        ("3-1-101", "锦苑一期", "JY-3-1"),
        ("5栋101", "", "XF-5-1"),
        ("某区某街道锦苑1期3-1-101", "", "JY-3-1"),
        ("3-1-101", "", "address_ambiguous"),
        ("3-9-101", "", "address_unknown"),
        ("阳光城3-2-101", "", "address_unknown"),
        ("人民路8号5-1-101", "", "XF-5-1"),
    ],
)
def test_a_door_means_one_stairwell_or_none(door: str, context: str, code: str) -> None:
    found, places = read_door(door), Places(UNITS)
    assert found is not None
    try:
        assert places.unit_of(found.estate, found.building, found.unit, context).code == code
    except Unreadable as error:
        assert str(error) == code


def test_a_title_names_the_estate() -> None:
    places = Places(UNITS)
    assert places.estate_in("学府院住户台账") == "学府院"
    assert places.estate_in("学府院和锦苑一期") == ""


@pytest.mark.parametrize(
    ("cell", "year"),
    [
        (dt.date(1985, 3, 5), 1985),
        (dt.datetime(1985, 3, 5, 8), 1985),
        ("1985.3.5", 1985),
        ("1985-03", 1985),
        ("1985年3月5日", 1985),
        (31111, 1985),
        (31111.0, 1985),
        ("31111", 1985),
        ("19850305", 1985),
        (1985, 1985),
        (1985.0, 1985),
        ("", None),
        ("不详", None),
    ],
)
def test_a_birth_year(cell: Cell, year: int | None) -> None:
    assert values.birth_year(cell) == year


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("+86 138 0013 8000", "13800138000"),
        ("0086-13800138000", "13800138000"),
        (13800138000.0, "13800138000"),
        ("138-0013-8000", "13800138000"),
        ("（028）1234567", "0281234567"),
        ("100-0000-0001", "100-0000-0001"),
        ("无", ""),
    ],
)
def test_a_phone(cell: Cell, number: str) -> None:
    assert values.phone(cell)[0] == number


def test_words_and_numbers() -> None:
    assert values.code_of("自住（业主）", aliases.OCCUPANCY_WORDS) == "owner"
    assert values.code_of("外甥", aliases.RELATION_WORDS, "8") == "8"
    assert values.code_of("", aliases.GENDER_WORDS) is None
    assert values.number("4人") == 4 and values.number("") is None
    assert values.yes("是") and not values.yes("否") and values.yes(True)
    assert (
        values.plain(502.0) == "502" and values.plain("502.0") == "502" and values.plain("　５０２ ") == "502"
    )
    assert (
        values.written(dt.time(9, 30)) == "09:30:00" and values.written(dt.timedelta(1)) == "1 day, 0:00:00"
    )
    assert values.is_error("#DIV/0!") and not values.is_error(1)
    assert values.is_identity_cell(1.1010519491231002e17) and values.is_identity_cell(110105491231002)
    assert not values.is_identity_cell(True) and not values.is_identity_cell(5)


@pytest.mark.parametrize(
    ("read", "reason"),
    [
        (lambda: values.code_of("紫色", aliases.OCCUPANCY_WORDS), "not_a_choice"),
        (lambda: values.number("很多"), "not_a_number"),
        (lambda: values.yes("也许"), "not_a_choice"),
        (lambda: values.birth_year("三月"), "not_a_day"),
    ],
)
def test_what_cannot_be_read_is_a_reason(read: object, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read()  # type: ignore[operator]


def test_no_header_means_two_things() -> None:
    """An alias stands for one field, and no field's header is one that may not be read."""
    names = [alias for field in aliases.HEADERS.values() for alias in field]
    assert sorted({name for name in names if names.count(name) > 1}) == []
    wrong = {
        alias
        for field, known in aliases.HEADERS.items()
        for alias in known
        if meaning_of(alias) != f"field:{field}"
    }
    assert wrong == set()


@pytest.mark.parametrize(
    ("header", "meaning"),
    [
        ("联系\n电话*", "field:phone"),
        ("姓　名（必填）", "field:name"),
        ("联系电话2", "field:phone"),
        ("身份证号", "refused:identity_number"),
        ("ID Number", "refused:identity_number"),
        ("宗教信仰", "refused:must_not"),
        ("序号", "ignored:sequence"),
        ("统一社会信用代码", "ignored:licence_code"),
        ("爱好", ""),
    ],
)
def test_what_a_header_means(header: str, meaning: str) -> None:
    assert meaning_of(header) == meaning


def test_letters() -> None:
    assert [letter_of(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert all(index_of(letter_of(place)) == place for place in range(800))
    with pytest.raises(ValueError, match="1"):
        index_of("1")


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_what_parts_the_columns_is_noticed(sign: str) -> None:
    assert table_of(f'地址{sign}姓名\n"3栋{sign}2"{sign}张三\n\n') == [
        ["地址", "姓名"],
        [f"3栋{sign}2", "张三"],
        [],
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_the_letters_are_noticed(encoding: str) -> None:
    assert decoded("地址,姓名㐀\n".encode(encoding)) == "地址,姓名㐀\n"
