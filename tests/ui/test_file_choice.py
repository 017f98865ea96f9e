"""Dialogs for files begin among the person's documents, with the name that was offered."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from gridworker.ui import file_choice


@pytest.fixture
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "Documents"
    folder.mkdir()
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _kind: str(folder))
    return folder


def test_saving_and_opening_begin_there(
    documents: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    asked: list[str] = []

    def answer(_parent: QWidget, _title: str, start: str, _kinds: str) -> tuple[str, str]:
        asked.append(start)
        return start, ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", answer)
    parent = QWidget()
    qtbot.addWidget(parent)
    assert file_choice.choose_target(parent, "", "notice.pdf", "PDF (*.pdf)") == str(documents / "notice.pdf")
    file_choice.choose_source(parent, "", "", "*.xlsx")
    assert asked == [str(documents / "notice.pdf"), str(documents)]


def test_without_such_a_folder_the_name_alone_is_offered(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _kind: str(tmp_path / "missing"))
    assert file_choice.among_documents("notice.pdf") == "notice.pdf"
