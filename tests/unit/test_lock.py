"""The lock installs nothing that is not hashed, from nowhere but the one index, and keeps the pins we rely on."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
INDEX = {"registry": "https://pypi.org/simple"}


@pytest.fixture(scope="module")
def packages() -> list[dict[str, Any]]:
    locked: list[dict[str, Any]] = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))["package"]
    return [package for package in locked if package["name"] != "gridworker"]


def test_every_package_comes_from_the_index(packages: list[dict[str, Any]]) -> None:
    assert len(packages) > 30
    assert [package["name"] for package in packages if package["source"] != INDEX] == []


def test_every_file_is_hashed(packages: list[dict[str, Any]]) -> None:
    for package in packages:
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        assert files, package["name"]
        assert all(file["hash"].startswith("sha256:") for file in files), package["name"]


def test_qt_stays_below_the_version_that_aborts(packages: list[dict[str, Any]]) -> None:
    versions = {package["name"]: package["version"] for package in packages}
    assert versions["pyside6-essentials"] == "6.11.3"
    assert "pyside6-addons" not in versions
