"""Both catalogues say the same: same sections, keys and placeholders; nothing empty; every state has its word."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from string import Formatter

import pytest

from gridworker.resources import resource_dir
from gridworker.ui.states import STATES, look
from gridworker.wording import LANGUAGES, Wording

FOLDER = resource_dir() / "wording"
ROOT = Path(__file__).resolve().parents[2]


def placeholders(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def test_both_languages_have_the_same_sections() -> None:
    sections = [{path.name for path in (FOLDER / language).glob("*.json")} for language in LANGUAGES]
    assert sections[0] == sections[1]
    assert sections[0]


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    first, second = (Wording.load(language).texts for language in LANGUAGES)
    assert first.keys() == second.keys()
    different = {key for key in first if placeholders(first[key]) != placeholders(second[key])}
    assert different == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_and_no_key_is_given_twice(language: str) -> None:
    def no_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
        keys = [key for key, _ in pairs]
        assert len(keys) == len(set(keys)), keys
        return dict(pairs)

    for path in (FOLDER / language).glob("*.json"):
        json.loads(path.read_text("utf-8"), object_pairs_hook=no_doubles)
    texts = Wording.load(language).texts
    empty = [key for key, text in texts.items() if not text.strip()]
    assert [key for key in empty if not key.endswith(".none")] == []  # nothing chosen may say nothing


def test_english_has_no_chinese_and_no_full_width_signs() -> None:
    chinese = re.compile("[\u3000-\u9fff\uff00-\uffef\u2018\u2019\u201c\u201d]")
    texts = {key: text for key, text in Wording.load("en").texts.items() if not key.startswith("glossary.")}
    assert {key: text for key, text in texts.items() if chinese.search(text)} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_has_a_word_of_its_own(language: str) -> None:
    wording = Wording.load(language)
    for family, states in STATES.items():
        words = [wording.texts[state.wording_key] for state in states.values()]
        assert len(words) == len(set(words)), family
        assert all(state.colour and state.icon for state in states.values())


def test_an_unknown_state_is_refused() -> None:
    with pytest.raises(KeyError):
        look("plan", "nobody")


def test_every_key_that_the_window_names_is_in_the_catalogue() -> None:
    """Keys written out in the sources of the shell: `wording("…")` or `say("…")` with a plain string."""
    texts = Wording.load("zh_CN").texts
    unknown = []
    for path in (ROOT / "gridworker" / "ui").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in {"wording", "_wording", "say"} and node.args[0].value not in texts:
                unknown.append((path.name, node.args[0].value))
    assert unknown == []


def test_a_section_is_read_when_the_first_of_its_words_is_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "en"
    folder.mkdir()
    (folder / "first.json").write_text('{"a": {"b": "one"}}', "utf-8")
    (folder / "second.json").write_text("not read yet", "utf-8")
    wording = Wording.load("en", tmp_path)
    assert wording("first.a.b") == "one"
    assert not wording.has("first.a")
    assert not wording.has("third.a")
    with pytest.raises(ValueError, match="Expecting value"):
        wording.has("second.a")
