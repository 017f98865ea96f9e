"""Pages that are not the first are loaded once somebody turns to another page, and not while others wait."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator
from types import ModuleType

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from gridworker.ui import later_pages
from gridworker.ui.background import Background
from gridworker.ui.later_pages import LaterPages


@pytest.fixture
def background(qtbot: QtBot) -> Iterator[Background]:
    made = Background()
    yield made
    assert made.close()


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []

    def load(name: str) -> ModuleType:
        names.append(name)
        return importlib

    monkeypatch.setattr("gridworker.ui.later_pages.importlib.import_module", load)
    return names


def test_every_module_is_loaded_once_however_often_it_is_asked(
    loaded: list[str], background: Background, qtbot: QtBot
) -> None:
    owner = QObject()
    pages = LaterPages(background, owner)
    assert loaded == []
    pages.load()
    pages.load()
    qtbot.waitUntil(lambda: len(loaded) == len(later_pages._MODULES))
    pages.load()
    qtbot.waitUntil(lambda: not background.busy)
    assert loaded == list(later_pages._MODULES)


def test_there_is_no_module_of_another_name() -> None:
    assert all(importlib.util.find_spec(name) is not None for name in later_pages._MODULES)
