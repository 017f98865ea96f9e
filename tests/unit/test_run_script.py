"""The tooling parses, names its verbs, refuses what it does not know and leaves stdout to the command."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VERBS = ("demo", "test", "lint", "audit", "screenshots", "bench", "exec", "help")
BASH = shutil.which("bash")

pytestmark = pytest.mark.skipif(BASH is None, reason="bash is not here")


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BASH), *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.parametrize("script", ["run", ".ci/run"])
def test_scripts_parse_and_may_be_executed(script: str) -> None:
    checked = run("-n", script)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert os.access(ROOT / script, os.X_OK)


def test_help_lists_every_verb() -> None:
    shown = run("run", "help")
    assert shown.returncode == 0
    listed = set(re.findall(r"^  (\w+)", shown.stdout, flags=re.MULTILINE))
    assert listed == set(VERBS)


def test_both_scripts_know_the_same_verbs() -> None:
    powershell = (ROOT / "run.ps1").read_text("utf-8")
    for verb in VERBS:
        assert re.search(rf"^\s+'{verb}'", powershell, flags=re.MULTILINE), verb


def test_unknown_verb_is_refused() -> None:
    refused = run("run", "dance")
    assert refused.returncode == 1
    assert "unknown verb: dance" in refused.stderr
    assert refused.stdout == ""


def test_no_suitable_python_is_said_plainly(tmp_path: Path) -> None:
    """A copy without an environment, and nothing on PATH but the few commands the script itself uses."""
    for name in ("run", "pyproject.toml", "uv.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    commands = tmp_path / "bin"
    commands.mkdir()
    for name in ("dirname", "cat", "cut", "id", "uname", "sha256sum", "locale", "getent"):
        found = shutil.which(name)
        if found:
            (commands / name).symlink_to(found)
    refused = run(str(tmp_path / "run"), "exec", "true", PATH=str(commands))
    assert refused.returncode != 0
    assert "needs Python 3.11" in refused.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.skipif(not (ROOT / ".venv" / ".gridworker-stamp").exists(), reason="not set up by ./run")
@pytest.mark.skipif(sys.platform != "linux", reason="system packages are looked at on Linux only")
def test_exec_prints_only_what_the_command_prints() -> None:
    done = run("run", "exec", "python", "-c", "import sys; print(sys.prefix)")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{ROOT / '.venv'}\n"


def test_the_installer_spec_is_python_and_leaves_unused_qt_out() -> None:
    source = (ROOT / "build_installer.spec").read_text("utf-8")
    compile(source, "build_installer.spec", "exec")
    start, end = source.index("# Qt comes with"), source.index("def migration_files")
    parts: dict[str, object] = {"re": re}
    exec(source[start:end], parts)
    is_used = parts["is_used"]
    assert callable(is_used)
    for kept in (
        "PySide6/Qt/translations/qtbase_zh_CN.qm",
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "PySide6\\plugins\\platforms\\qwindows.dll",
        "PySide6/Qt/plugins/iconengines/libqsvgicon.so",
        "PySide6/Qt/lib/libQt6Widgets.so.6",
        "PySide6\\Qt6Svg.dll",
        "resources/icons/house.svg",
    ):
        assert is_used(kept), kept
    for dropped in (
        "PySide6/Qt/translations/qtbase_de.qm",
        "PySide6/Qt/plugins/platformthemes/libqgtk3.so",
        "PySide6/Qt/plugins/platforms/libqwayland.so",
        "PySide6/Qt/plugins/platforms/libqeglfs.so",
        "PySide6/Qt/lib/libQt6Quick.so.6",
        "PySide6/Qt/lib/libQt6EglFsKmsSupport.so.6",
        "PySide6\\Qt6Qml.dll",
        "libgtk-3.so.0",
    ):
        assert not is_used(dropped), dropped
