"""The must-never list against everything the product says or keeps: columns, choices, words, headers, wire types."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Column, Integer, MetaData, Table

from gridworker.models.must_not import FORBIDDEN_CHINESE, FORBIDDEN_CODE, forbidden_in_name
from gridworker.models.registry import ENTITIES
from gridworker.models.roles import ROLES
from gridworker.resources import resource_dir
from gridworker.server.tables import server_tables
from gridworker.store.tables import client_tables
from gridworker.wording import LANGUAGES, Wording

#: Texts that name a forbidden thing to say that it is refused. Nothing else may.
SAYS_IT_IS_REFUSED = {
    "errors.reason.identity_number": "tells the person what to mask",
    "settings.promise": "the promise of what is never collected",
    "welcome.promise": "the promise of what is never collected",
    "welcome.privacy_text": "the promise of what is never collected",
    "widgets.guard.identity": "the guard says what it noticed",
    "import.reason.identity_number": "says why a row or column of somebody's sheet is refused",
    "import.note.identity_masked": "says that a number in a remark was masked",
    "import.takes.note": "tells the person not to write one",
}
#: Names of our own that hold a forbidden part and mean something else.
MEANS_SOMETHING_ELSE = {
    "gridworker.models.entity:Entity.rank": "the place of an entity in a full copy",
    "zh_CN key errors.reason.identity_number": "the reason for which a text is refused and masked",
    "en key errors.reason.identity_number": "the reason for which a text is refused and masked",
    "zh_CN key import.reason.identity_number": "the reason for which a row or column is refused",
    "en key import.reason.identity_number": "the reason for which a row or column is refused",
}


def found_in(named: Iterator[tuple[str, str]]) -> list[str]:
    """`where: word` for every forbidden word in `(where, text)`."""
    return [
        f"{where}: {word}"
        for where, text in named
        if where not in MEANS_SOMETHING_ELSE and (word := forbidden_in_name(text))
    ]


def columns(meta: MetaData) -> Iterator[tuple[str, str]]:
    for table in meta.sorted_tables:
        yield f"table {table.name}", table.name
        yield from ((f"{table.name}.{column.name}", column.name) for column in table.columns)


def declared() -> Iterator[tuple[str, str]]:
    for entity in ENTITIES:
        yield entity.name, entity.name
        for field in entity.fields:
            yield f"{entity.name}.{field.name}", field.name
            yield from ((f"{entity.name}.{field.name}={choice}", choice) for choice in field.choices)
    for role in ROLES.values():
        yield from ((f"role {role.code}", word) for word in (role.code, *role.may, *role.demand_events))


def product_types() -> Iterator[tuple[str, str]]:
    """Fields of every struct and dataclass and members of every enum outside the window: rows, ops, wire, documents."""
    for package in ("models", "store", "services", "sync", "server", "exports", "practice"):
        root = importlib.import_module(f"gridworker.{package}")
        for module in pkgutil.walk_packages(root.__path__, f"{root.__name__}."):
            if ".migrations" not in module.name:
                yield from _types_of(importlib.import_module(module.name))


def _types_of(module: object) -> Iterator[tuple[str, str]]:
    for kind in vars(module).values():
        if not isinstance(kind, type) or kind.__module__ != getattr(module, "__name__", ""):
            continue
        names: list[str] = []
        if is_dataclass(kind):
            names = [field.name for field in fields(kind)]
        elif issubclass(kind, msgspec.Struct):
            names = list(kind.__struct_fields__)
        elif issubclass(kind, Enum):
            names = [str(member.value) for member in kind]
        yield from ((f"{kind.__module__}:{kind.__name__}.{name}", name) for name in names)


def wording(folder: Path | None = None) -> Iterator[tuple[str, str]]:
    for language in LANGUAGES:
        for key, text in Wording.load(language, folder).texts.items():
            yield f"{language} key {key}", key
            if key not in SAYS_IT_IS_REFUSED:
                yield f"{language} {key}", text


def _leaves(node: object) -> Iterator[str]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield str(key)
            yield from _leaves(value)
    elif isinstance(node, list):
        for value in node:
            yield from _leaves(value)
    else:
        yield str(node)


def shipped_files() -> Iterator[tuple[str, str]]:
    """Practice texts, seeds of catalogues and templates: every readable file but wording and pictures."""
    for path in sorted(resource_dir().rglob("*")):
        where = path.relative_to(resource_dir()).as_posix()
        if path.suffix == ".json" and not where.startswith("wording/"):
            yield from ((where, text) for text in _leaves(json.loads(path.read_text("utf-8"))))
        elif path.suffix in {".html", ".txt", ".css", ".md", ".csv", ".tsv"}:
            yield where, path.read_text("utf-8")
        if path.is_file():
            yield where, path.stem


def test_no_column_of_the_client() -> None:
    assert found_in(columns(client_tables())) == []


def test_no_column_of_the_server() -> None:
    assert found_in(columns(server_tables())) == []


def test_no_entity_field_choice_or_right() -> None:
    assert found_in(declared()) == []


def test_no_struct_row_or_wire_type() -> None:
    assert found_in(product_types()) == []


def test_no_word_shown_to_people_in_either_language() -> None:
    assert found_in(wording()) == []


def test_the_exceptions_are_still_needed() -> None:
    for key in SAYS_IT_IS_REFUSED:
        assert any(forbidden_in_name(Wording.load(language)(key)) for language in LANGUAGES), key
    named = {where for where, _ in (*product_types(), *wording())}
    assert set(MEANS_SOMETHING_ELSE) <= named


def test_no_file_shipped_with_the_product() -> None:
    assert found_in(shipped_files()) == []


@pytest.mark.parametrize(
    "planted",
    [
        "ethnicity", "religious_belief", "politicalStatus", "health_note", "income_level", "risk_level", "face_id",
        "gpsTrack", "visit_score", "staff_ranking", "online_time", "id_number", "latitude", "credit", "scores",
        "民族", "宗教信仰", "政治面貌", "重点人员类别", "信用分", "人脸照片",
        "身份证号码", "收入情况", "既往病史", "上访记录", "网格员排名",
        "上下班打卡", "标签画像", "GPS轨迹", "戒毒人员", "社区矫正", "计生情况", "债务",
    ],
)  # fmt: skip
def test_a_planted_word_is_caught(planted: str) -> None:
    assert forbidden_in_name(planted)
    meta = MetaData()
    Table("household", meta, Column(planted, Integer))
    assert found_in(columns(meta))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_planted_text_is_caught(tmp_path: Path, language: str) -> None:
    for folder in LANGUAGES:
        (tmp_path / folder).mkdir()
        text = (
            {"zh_CN": "户主宗教", "en": "Religion of the household"}[language] if folder == language else "好"
        )
        (tmp_path / folder / "planted.json").write_text(json.dumps({"column": {"x": text}}), "utf-8")
    assert found_in(wording(tmp_path))


@pytest.mark.parametrize(
    "plain",
    ["did not answer", "surface", "interface", "frank", "translation", "network", "platform",
     "visit_opt_out", "household_stat", "identity", "收到", "民情", "走访次数"],
)  # fmt: skip
def test_a_plain_word_is_left_alone(plain: str) -> None:
    assert forbidden_in_name(plain) is None


def test_the_list_holds_everything_of_the_design() -> None:
    for text in (
        "民族 宗教 政治面貌 重点人员 风险等级 信用分 画像 人脸 指纹 声纹 身份证号 轨迹 收入 债务 疾病 戒毒 矫正 "
        "计生 上访 排名 打卡 在线时长"
    ).split():
        assert any(word in text for word in FORBIDDEN_CHINESE), text
    for code in (
        "ethnic religion political petition crime health income score rank risk prediction face voiceprint latitude "
        "gps trajectory leaderboard checkin online_time idcard biometric"
    ).split():
        assert code in FORBIDDEN_CODE
    assert all(re.fullmatch(r"[a-z_]+", word) for word in FORBIDDEN_CODE)
