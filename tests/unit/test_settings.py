"""The window's settings: kept, read again, and never a reason not to start."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, fields
from pathlib import Path

import pytest

from gridworker import settings
from gridworker.errors import FolderReadOnly
from gridworker.settings import Settings
from gridworker.wording import LANGUAGES


def written(path: Path, content: object) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def test_what_was_kept_is_read(tmp_path: Path) -> None:
    path = tmp_path / "new" / "settings.json"
    chosen = Settings("en", 150, True, "dark", 10, 300, True, 1920, 1000)
    assert all(getattr(chosen, f.name) != f.default for f in fields(Settings))
    settings.keep(chosen, path)
    assert settings.load(path) == chosen
    assert [file.name for file in path.parent.iterdir()] == ["settings.json"]


def test_changes_make_another_value() -> None:
    before = Settings()
    assert before.with_changes(text_size=200) == Settings(text_size=200)
    assert before == Settings()


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "1", '"text"', "[" * 100_000])
def test_an_unreadable_file_means_the_defaults(tmp_path: Path, content: str) -> None:
    assert settings.load(written(tmp_path / "settings.json", content)) == Settings()


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    assert settings.load(tmp_path / "none.json") == Settings()
    (tmp_path / "bytes").write_bytes(b"\xff\xfe{}")
    assert settings.load(tmp_path / "bytes") == Settings()
    assert settings.load(tmp_path) == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("language", "fr"),
        ("language", None),
        ("text_size", 110),
        ("text_size", "150"),
        ("text_size", True),
        ("appearance", "pink"),
        ("lock_after", 0),
        ("lock_after", 60),
        ("tree_width", -1),
        ("tree_width", 10**9),
        ("tree_width", 2.5),
        ("tree_folded", 1),
        ("window_height", 0),
        ("colour", "red"),
    ],
)
def test_one_bad_entry_spoils_no_other(tmp_path: Path, name: str, value: object) -> None:
    good = {**asdict(Settings()), "window_width": 1500, "appearance": "contrast", "text_size": 125}
    if name in good:
        default = asdict(Settings())[name]
        expected = Settings(**{**good, name: default})
    else:
        expected = Settings(**good)
    assert settings.load(written(tmp_path / "s.json", {**good, name: value})) == expected


def test_every_default_is_one_that_is_read_back(tmp_path: Path) -> None:
    assert Settings().language in LANGUAGES
    assert Settings().text_size in settings.TEXT_SIZES
    assert Settings().appearance in settings.APPEARANCES
    settings.keep(Settings(), tmp_path / "s.json")
    assert settings.load(tmp_path / "s.json") == Settings()


@pytest.mark.skipif(os.name == "nt", reason="folders are set elsewhere on Windows")
def test_settings_and_data_lie_in_this_users_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    settings.keep(Settings(language="en"))
    assert settings.settings_file() == tmp_path / "config" / "Gridworker" / "settings.json"
    assert settings.load().language == "en"
    assert settings.data_folder() == tmp_path / "data" / "Gridworker"
    assert not (tmp_path / "data").exists()  # asking where it would lie makes nothing


def test_a_refused_folder_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "denied")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(FolderReadOnly):
        settings.keep(Settings(), tmp_path / "s.json")
    assert list(tmp_path.iterdir()) == []


def test_settings_hold_nothing_personal() -> None:
    assert {f.name for f in fields(Settings)} == {
        "language", "text_size", "text_size_chosen", "appearance", "lock_after", "tree_width", "tree_folded",
        "window_width", "window_height",
    }  # fmt: skip
