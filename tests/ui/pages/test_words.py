"""Rows in words: each state has symbol, word and sentence; days and errors read naturally."""

from __future__ import annotations

import pytest

from gridworker.errors import DiskFull, FieldInvalid
from gridworker.store.rows import Plan, Road
from gridworker.ui.pages.words import error_words, field_words, plan_shown, road_shown, short_day
from gridworker.wording import LANGUAGES, Wording
from tests.ui.pages.immediate import household_row

TODAY = "2026-11-20"


@pytest.mark.parametrize(
    ("plan", "values", "word", "icon"),
    [
        (Plan.VISITED, {"last_met_on": "2026-10-07"}, "已访 10-07", "check"),
        (Plan.DUE, {"plan_days": 3}, "剩 3 天", "circle"),
        (Plan.DUE, {"plan_days": 0, "next_due_on": None}, "待访", "circle"),
        (Plan.CALLBACK, {}, "回话", "circle"),
        (Plan.LATE, {"plan_days": 6}, "超 6 天", "circle-alert"),
        (Plan.ABSENT, {"tries": 2}, "未遇 2", "door-closed"),
        (Plan.OPTED_OUT, {}, "勿访", "ban"),
        (Plan.VACANT, {}, "空置", "minus"),
    ],
)
def test_every_plan_state_has_its_word(plan: Plan, values: dict[str, object], word: str, icon: str) -> None:
    shown = plan_shown(household_row(1, plan, **values), Wording.load("zh_CN"), TODAY)
    assert (shown.word, shown.look.icon) == (word, icon)
    assert shown.sentence.startswith(word)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("road", list(Road))
def test_every_road_has_a_word(road: Road, language: str) -> None:
    assert road_shown(road, Wording.load(language)).word


def test_another_year_is_said() -> None:
    assert short_day("2026-05-25", TODAY) == "05-25"
    assert short_day("2027-01-28", TODAY) == "2027-01-28"
    assert short_day(None, TODAY) == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_errors_say_what_and_what_next(language: str) -> None:
    wording = Wording.load(language)
    text, code = error_words(wording, DiskFull(path="/disk"))
    assert "/disk" in text
    assert code == "disk_full"
    refused = FieldInvalid(entity="resident", record="", field="phone", reason="not_a_phone")
    assert field_words(wording, refused) == wording("errors.reason.not_a_phone")
    unknown = FieldInvalid(entity="resident", record="", field="phone", reason="never heard of")
    assert field_words(wording, unknown) == wording("households.reason.other")
    assert error_words(wording, RuntimeError("x"))[1] == "internal/RuntimeError"
