"""What may leave of a person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridworker.exports.masking import excerpt, masked_address, masked_name, masked_phone, masked_text


@pytest.mark.parametrize(
    ("name", "title", "shown"),
    [
        ("张丽", "女士", "张女士"),
        ("演示·张丽", "女士", "演示·张女士"),
        ("演示·张丽", "", "演示·张某"),
        ("张女士", "", "张女士"),
        ("张丽女士", "", "张女士"),
        ("欧阳明", "先生", "欧阳先生"),
        ("欧阳先生", "", "欧阳先生"),
        ("张丽", "张丽阿姨", "张阿姨"),
        ("张丽", "住在五楼的", "张某"),
        ("女士", "", "女某"),
        ("阿不都·热合曼", "大爷", "阿大爷"),
        ("", "女士", ""),
        ("演示·", "", ""),
    ],
)
def test_names(name: str, title: str, shown: str) -> None:
    assert masked_name(name, title) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13812341234", "138****1234"),
        ("138 1234 1234", "138****1234"),
        ("+86-138-1234-1234", "138****1234"),
        ("１３８１２３４１２３４", "138****1234"),
        ("100-0000-0042", "100****0042"),
        ("0571-88886666", "****6666"),
        ("88886666", "****6666"),
        ("12345", "****"),
        ("", ""),
        ("无", ""),
    ],
)
def test_phones(phone: str, shown: str) -> None:
    assert masked_phone(phone) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("3-2-501", "3栋"),
        ("３－２－５０１", "3栋"),
        ("3–2–501", "3栋"),
        ("学府院 3-2-501", "学府院 3栋"),
        ("锦苑一期12-1-3301室", "锦苑一期12栋"),
        ("学府院 3栋 2单元 5层", "学府院 3栋"),
        ("学府院3号楼2单元501", "学府院3号楼"),
        ("A3-1-101", "A3栋"),
        ("990101-003-2-501", ""),
        ("某路某号", ""),
        ("", ""),
    ],
)
def test_addresses_end_at_the_building_or_say_nothing(address: str, shown: str) -> None:
    assert masked_address(address) == shown


def test_addresses_in_english() -> None:
    assert masked_address("3-2-501", "Building {no}") == "Building 3"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("打 13812341234 找她", "打 138****1234 找她"),
        ("座机 0571-88886666", "座机 ****6666"),
        ("号 330106199001011233", "号 ****"),
        ("号 33010619900101123X。", "号 ****。"),
        ("卡 6222 0000 0000 0000 123", "卡 ****"),
        ("号３３０１０６１９９００１０１１２３３", "号****"),
        ("定在 2026-11-20 09:30 来", "定在 2026-11-20 09:30 来"),
        ("住 3-2-501 和 3-2-502", "住 3栋 和 3栋"),
        ("住３－２－５０１，好", "住3栋，好"),
        ("3栋2单元501室漏水", "3栋漏水"),
        ("3号楼501漏水", "3号楼漏水"),
        ("3栋2024年修过，3栋12户", "3栋2024年修过，3栋12户"),
        ("共 120 户，第 12345 号热线", "共 120 户，第 12345 号热线"),
    ],
)
def test_free_text(text: str, shown: str) -> None:
    assert masked_text(text) == shown


def test_free_text_hides_the_names_it_is_told() -> None:
    assert masked_text("张丽说，张丽家漏水", ("演示·张丽",)) == "张某说，张某家漏水"
    assert masked_text("张家", ("张", "")) == "张家"


def test_free_text_may_keep_doors() -> None:
    assert masked_text("3-2-501 打 13812341234", building=None) == "3-2-501 打 138****1234"


@given(st.from_regex(r"\A[0-9]{7,20}\Z"), st.sampled_from(["", "请打", "，"]))
def test_no_long_number_survives(number: str, around: str) -> None:
    assert number not in masked_text(f"{around}{number}{around}")


def test_excerpts() -> None:
    assert excerpt(" 一\n二  三 ", 20) == "一 二 三"
    assert excerpt("一二三四五", 5) == "一二三四五"
    assert excerpt("一二三四五六", 5) == "一二三四…"
