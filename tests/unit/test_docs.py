"""The documentation is true of the code: printed pages are current, links lead somewhere, every verb is described."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gridworker import cli
from gridworker.server import cli as server_cli

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def test_registry_and_roles_are_current() -> None:
    checked = subprocess.run(
        [sys.executable, str(DOCS / "generate.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("path", sorted(DOCS.rglob("*.md")), ids=lambda path: path.name)
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
