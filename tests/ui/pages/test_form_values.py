"""What can be said about a visit form before it is saved."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gridworker.ui.pages.visits.form_values import FREE_TEXTS, FormValues, faults, visit_form

TODAY = "2026-11-20"
GOOD = FormValues(outcome="met", visited_on="2026-11-20", start_at="9.20", said="灯已经修好")
IDENTITY = "11010519491231002X"


def test_a_filled_form_has_no_faults_and_becomes_a_visit() -> None:
    assert faults(GOOD, TODAY) == {}
    form = visit_form(b"h" * 16, replace(GOOD, next_step="回话", next_on="+7"), TODAY)
    assert (form.visited_on, form.start_at, form.next_on) == ("2026-11-20", "09:20", "2026-11-27")
    assert (form.outcome, form.mode, form.said, form.next_step) == ("met", "door", "灯已经修好", "回话")


@pytest.mark.parametrize(
    ("values", "field", "reason"),
    [
        ({"outcome": ""}, "outcome", "required"),
        ({"visited_on": "哪天"}, "visited_on", "not_a_day"),
        ({"start_at": "25:00"}, "start_at", "not_a_time"),
        ({"next_on": "下周"}, "next_on", "not_a_day"),
        ({"outcome": "rescheduled"}, "next_on", "required"),
        ({"next_on": "2026-11-19"}, "next_on", "before_visit"),
        ({"next_on": "9999-12-31"}, "next_on", "promise_too_far"),
    ],
)
def test_each_fault_names_its_field(values: dict[str, str], field: str, reason: str) -> None:
    assert faults(replace(GOOD, **values), TODAY) == {field: reason}


@pytest.mark.parametrize("field", FREE_TEXTS)
def test_an_identity_number_in_any_free_text_blocks(field: str) -> None:
    assert faults(replace(GOOD, **{field: f"号码 {IDENTITY}"}), TODAY) == {field: "identity_number"}


def test_a_draft_comes_back_as_it_was_and_unknown_parts_are_left() -> None:
    body = {**GOOD.body(), "from_another_version": "x", "mode": 7}
    assert FormValues.from_body(body, FormValues(visited_on=TODAY)) == GOOD
