"""The documentation is true of the code: printed pages are current, links lead somewhere, every verb is described."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gridworker import cli
from gridworker.server import cli as server_cli

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
#: Bold in the guides, but no words of the window: what a paragraph is about.
LAID_OUT = {"粗体", "断电、死机", "写错了", "Bold", "After a power cut", "A mistake"}


def test_registry_and_roles_are_current() -> None:
    checked = subprocess.run(
        [sys.executable, str(DOCS / "generate.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(
    "path", [*sorted(DOCS.rglob("*.md")), *sorted(ROOT.glob("*.md"))], ids=lambda path: path.name
)
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text("utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", sorted((DOCS / "decisions").glob("*.md")), ids=lambda path: path.name)
def test_a_decision_is_short(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= 20
    assert lines[0].startswith(f"# {path.name[:4]} ") and lines[2].startswith("**Decided** ")


def options(parser: argparse.ArgumentParser) -> set[str]:
    """Every verb, and every long flag of it."""
    found: set[str] = set()
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                found |= {name} | options(below)
        else:
            found.update(flag for flag in action.option_strings if flag.startswith("--") and flag != "--help")
    return found


@pytest.mark.parametrize("program", [cli, server_cli], ids=["gridworker", "gridworker-server"])
def test_every_verb_and_flag_is_described(program: object) -> None:
    text = (DOCS / "command-line.md").read_text("utf-8")
    known = options(program._parser())  # type: ignore[attr-defined]
    assert len(known) > 8
    assert sorted(name for name in known if not re.search(rf"`[^`]*{re.escape(name)}\b[^`]*`", text)) == []


def test_no_flag_is_described_that_is_not_there() -> None:
    text = (DOCS / "command-line.md").read_text("utf-8")
    described = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))
    known = options(cli._parser()) | options(server_cli._parser()) | {"--help"}
    assert sorted(described - known) == []


def said_by_the_window(language: str) -> set[str]:
    """Every text of the window in a language, and what stands around the places in it, without marks at the ends."""
    found: set[str] = set()
    for path in (ROOT / "resources" / "wording" / language).glob("*.json"):
        stack: list[object] = [json.loads(path.read_text("utf-8"))]
        while stack:
            item = stack.pop()
            if isinstance(item, dict):
                stack += item.values()
            else:
                found |= {part.strip("（）() ·…") for part in re.split(r"\{\w+\}", str(item))}
    return found


@pytest.mark.parametrize("name", ["guide-chief", "guide-steward", "guide-secretary", "guide-street"])
@pytest.mark.parametrize(("language", "ending"), [("zh_CN", ".md"), ("en", ".en.md")])
def test_a_guide_speaks_the_words_of_the_window(name: str, language: str, ending: str) -> None:
    text = (DOCS / f"{name}{ending}").read_text("utf-8")
    said = said_by_the_window(language)
    bold = {words.replace("\n", " ") for words in re.findall(r"\*\*([^*]+)\*\*", text)} - LAID_OUT
    assert len(bold) > 20
    assert sorted(words for words in bold if words.strip("…") not in said) == []


@pytest.mark.parametrize(
    "name",
    [
        f"guide-{role}{ending}"
        for role in ("chief", "steward", "secretary", "street")
        for ending in (".md", ".en.md")
    ],
)
def test_a_guide_names_keys_that_are_there(name: str) -> None:
    text = (DOCS / name).read_text("utf-8")
    source = "".join(path.read_text("utf-8") for path in sorted((ROOT / "gridworker" / "ui").rglob("*.py")))
    keys = {
        key
        for key in re.findall(r"`([^`]+)`", text)
        if re.fullmatch(r"(Ctrl\+|Alt\+|Shift\+)*(F\d+|[A-Z,←→])", key)
    }
    spelled = {"Alt+←": "Alt+Left", "Alt+→": "Alt+Right"}
    assert ({"F5", "Ctrl+K"} if "street" in name else {"F7", "F8", "Ctrl+K"}) <= keys
    generated = {f"Alt+{position}" for position in range(1, 6)}
    assert sorted(key for key in keys - generated if f'"{spelled.get(key, key)}"' not in source) == []
