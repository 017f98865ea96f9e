"""Every choice of every field has words in both languages, and what a newer version sends is still readable."""

from __future__ import annotations

import pytest

from gridworker.models.registry import ENTITIES
from gridworker.ui.pages.values import named_as, value_words
from gridworker.wording import Wording


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_choice_has_words(language: str) -> None:
    wording = Wording.load(language)
    missing = [
        f"{entity.name}.{field.name}.{code}"
        for entity in ENTITIES
        for field in entity.fields
        for code in field.choices
        if field.name != "field" and not wording.has(f"choices.{entity.name}.{named_as(field.name)}.{code}")
    ]
    assert missing == []


def test_values_are_said_as_people_say_them(zh: Wording) -> None:
    assert value_words(zh, "visit", "outcome", "met") == "已见面"
    assert value_words(zh, "visit", "purpose", "routine,revisit") == "日常走访、回访"
    assert value_words(zh, "household", "visit_opt_out", "1") == "是"
    assert value_words(zh, "visit", "said", "met") == "met"
    assert value_words(zh, "visit", "outcome", "teleported") == "其他（teleported）"
    assert value_words(zh, "need", "state_before", "met") == value_words(zh, "need", "state", "met") != "met"
    assert value_words(zh, "nothing", "outcome", "met") == "met"
    assert value_words(zh, "basis", "fields", "phone,birth_year,later") == "电话、出生年份、later"
    assert value_words(zh, "visit_amendment", "field", "said") == zh("errors.field.said")
    for channel in ("on_device", "excel"):
        assert value_words(zh, "basis", "channel", channel) != channel
    assert value_words(zh, "basis", "channel", "街道转来") == "街道转来"
