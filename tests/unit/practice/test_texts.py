"""The tables behind the practice community: natural sentences about services, and nothing that must never be there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product

import pytest

from gridworker.models.guard import notice
from gridworker.models.must_not import FORBIDDEN_CHINESE, forbidden_in_name
from gridworker.models.op import Draft
from gridworker.practice.seeded import texts

# Beyond the product's list: words that would turn a note about services into a note about a person.
PRIVATE = (
    "病",
    "残疾",
    "低保",
    "贫困",
    "独居",
    "离异",
    "工资",
    "存款",
    "贷款",
    "党员",
    "信教",
    "民警",
    "派出所",
    "吵架",
)


def sentences(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from sentences(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from sentences(part)


def test_the_visit_sentences_speak_of_services_only() -> None:
    found = list(sentences(texts("visits")))
    assert len(found) > 200
    for sentence in found:
        assert forbidden_in_name(sentence) is None, sentence
        assert not any(word in sentence for word in PRIVATE), sentence
        assert notice(sentence) == (), sentence


def test_sentences_use_only_the_floor_placeholder() -> None:
    for sentence in sentences(texts("visits")):
        assert set(re.findall(r"\{.*?\}", sentence)) <= {"{floor}"}, sentence
        assert "{" not in sentence.replace("{floor}", ""), sentence


def test_every_topic_is_complete_and_said_once() -> None:
    topics = texts("visits")["topics"]
    for topic in topics:
        assert set(topic) == {"high_rise", "said", "site", "answer", "next"}
        assert all(topic[key] for key in ("said", "site", "answer", "next"))
        assert topic["high_rise"] or "电梯" not in "".join(map(str, topic.values())), "walk-ups have no lift"
    assert len({topic["said"] for topic in topics}) == len(topics) >= 40


def test_no_name_can_spell_a_forbidden_word() -> None:
    names = texts("names")
    for seconds in (names["second_man"], names["second_woman"]):
        for surname, first in product(names["surnames"], names["first"]):
            for second in seconds:
                spelled = surname + first + second
                assert not any(word in spelled for word in FORBIDDEN_CHINESE), spelled
    for key in ("surnames", "first", "second_man", "second_woman"):
        assert len(set(names[key])) == len(names[key]), key


@pytest.mark.parametrize("entity", ["visit", "visit_amendment", "visit_void", "visit_comment", "household"])
def test_no_written_text_holds_a_number_or_a_forbidden_word(
    demo: Mapping[str, list[Draft]], entity: str
) -> None:
    own_words = (
        "said",
        "site_condition",
        "answered_text",
        "next_step",
        "reflection",
        "reason",
        "text",
        "note",
        "value",
    )
    for draft in demo[entity]:
        for name in own_words:
            text = draft.set.get(name) or ""
            assert isinstance(text, str)
            assert forbidden_in_name(text) is None or text in {"met"}, text
            assert notice(text) == ()
            assert "{" not in text
