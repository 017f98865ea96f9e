"""Holds docs/architecture.md: which folder may import which, who may use Qt, SQL, the network and threads, and how
long a file, function or class may grow before it is split. Reads the sources; imports nothing of the product,
except in the one test that counts what the window's start loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "gridworker"

# What everybody may import: values and words, which themselves import nothing but each other.
COMMON = {"complaints", "errors", "files", "changes", "settings", "resources", "wording", "__init__"}
# package -> parts of gridworker it may import besides itself and COMMON. A name admits everything below it.
MAY_IMPORT: dict[str, set[str]] = {
    "models": set(),
    "store": {"models"},
    "services": {"models", "store"},
    "sync": {"models", "store"},
    "imports": {"models", "store.rows"},
    "exports": {
        "store.rows",
        "store.demand_rows",
        "store.export_rows",
        "store.frozen_rows",
        "store.report_rows",
        "store.dashboard_rows",
        "models.period",
        "store.ledger_rows",
    },
    "server": {"services", "store", "models", "practice", "sync.protocol"},
    "practice": {"models"},
    "ui": {
        "models",
        "services",
        "store.queries",
        "store.rows",
        "store.report_rows",
        "store.dashboard_rows",
        "store.care_rows",
        "store.demand_rows",
        "store.export_rows",
        "store.frozen_rows",
        "sync.engine",
        "exports",
        "imports",
    },
}
# library -> places under gridworker/ that may import it, wherever in the module the import stands.
LIBRARY_PLACES: dict[str, tuple[str, ...]] = {
    "PySide6": ("ui/", "exports/pdf.py", "exports/charts.py"),
    "sqlalchemy": ("store/", "server/"),
    "alembic": ("store/", "server/"),
    "sqlcipher3": ("store/",),
    "requests": ("sync/transport/http.py",),
    "starlette": ("server/",),
    "uvicorn": ("server/",),
    "psycopg": ("server/postgres.py",),
    "xlsxwriter": ("exports/xlsx.py", "exports/ledger_book.py"),
    "docx": ("exports/docx.py",),
    "lxml": ("exports/filling/",),
    "pypinyin": ("store/",),
    "python_calamine": ("imports/sheets.py",),
    "pyzipper": ("exports/leaving.py",),
    "sqlite3": (),  # an unencrypted database has no place here
}
THREAD_NAMES = {
    "Thread", "Timer", "ThreadPoolExecutor", "ProcessPoolExecutor", "QThread", "QThreadPool", "QRunnable",
}  # fmt: skip
THREAD_PLACES = ("ui/background.py", "store/", "sync/transport/ahead.py")
# Slow to load: the window paints before any of them is there.
HEAVY = {
    "sqlalchemy",
    "alembic",
    "requests",
    "xlsxwriter",
    "docx",
    "lxml",
    "pypinyin",
    "cryptography",
    "python_calamine",
    "pyzipper",
    "sqlcipher3",
    "starlette",
    "psycopg",
}

FILE_LINES, FUNCTION_LINES, CLASS_LINES, WIDGET_CONSTRUCTOR_LINES = 400, 50, 250, 30
# path under gridworker/ -> why it may be longer. Tables of data and migrations only.
LONGER: dict[str, str] = {}


@cache
def sources() -> dict[str, ast.Module]:
    """Every module of the product by its path under gridworker/."""
    paths = sorted(PACKAGE.rglob("*.py"))
    return {path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text("utf-8")) for path in paths}


def imported(tree: ast.Module, path: str) -> Iterator[tuple[str, int]]:
    """(dotted name, line) of every import of a module, including those inside functions.

    `from a import b` counts as `a.b`, which is the narrower claim when b is a module."""
    package = ["gridworker", *Path(path).parent.parts]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((f"{stem}.{alias.name}", node.lineno) for alias in node.names)


def is_at(path: str, places: tuple[str, ...]) -> bool:
    return any(path == place or (place.endswith("/") and path.startswith(place)) for place in places)


def admits(allowed: set[str], name: str) -> bool:
    return any(name == entry or name.startswith(f"{entry}.") for entry in allowed)


def test_layout() -> None:
    for folder in (
        "models",
        "store",
        "store/queries",
        "services",
        "sync",
        "sync/transport",
        "server",
        "exports",
        "ui",
    ):
        assert (PACKAGE / folder / "__init__.py").is_file(), folder


def test_imports_point_one_way() -> None:
    wrong = []
    for path, tree in sources().items():
        home = path.split("/")[0].removesuffix(".py")
        if home not in MAY_IMPORT and home not in COMMON:
            continue  # cli, app and what they are made of know all parts
        allowed = COMMON | {home} | MAY_IMPORT.get(home, set())
        for name, line in imported(tree, path):
            top, _, rest = name.partition(".")
            if top == "gridworker" and not admits(allowed | {"__version__"}, rest):
                wrong.append(f"{path}:{line} imports {name}")
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("library", sorted(LIBRARY_PLACES))
def test_libraries_stay_in_their_places(library: str) -> None:
    wrong = [
        f"{path}:{line} imports {name}"
        for path, tree in sources().items()
        if not is_at(path, LIBRARY_PLACES[library])
        for name, line in imported(tree, path)
        if name.split(".")[0] == library
    ]
    assert not wrong, "\n" + "\n".join(wrong)


def test_exports_print_without_widgets() -> None:
    allowed = {"PySide6", "PySide6.QtCore", "PySide6.QtGui"}
    wrong = [
        f"{path}:{line} imports {name}"
        for path, tree in sources().items()
        if path.startswith("exports/")
        for name, line in imported(tree, path)
        if name.startswith("PySide6") and ".".join(name.split(".")[:2]) not in allowed
    ]
    assert not wrong, "\n" + "\n".join(wrong)


def test_presenters_import_no_qt() -> None:
    wrong = [
        f"{path}:{line} imports {name}"
        for path, tree in sources().items()
        if path.startswith("ui/") and Path(path).stem.endswith("presenter")
        for name, line in imported(tree, path)
        if name.split(".")[0] == "PySide6"
    ]
    assert not wrong, "\n" + "\n".join(wrong)


def test_threads_start_in_three_places_only() -> None:
    wrong = [
        f"{path}:{node.lineno} uses {name}"
        for path, tree in sources().items()
        if not is_at(path, THREAD_PLACES)
        for node in ast.walk(tree)
        for name in [getattr(node, "attr", getattr(node, "id", ""))]
        if isinstance(node, ast.Name | ast.Attribute) and name in THREAD_NAMES
    ]
    assert not wrong, "\n" + "\n".join(wrong)


def test_no_module_keeps_state() -> None:
    wrong = [
        f"{path}:{node.lineno}"
        for path, tree in sources().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Global)
    ]
    assert not wrong, "\n" + "\n".join(wrong)


def test_every_module_says_what_it_is_for() -> None:
    silent = [path for path, tree in sources().items() if tree.body and not ast.get_docstring(tree)]
    assert silent == []


def test_names_say_something() -> None:
    empty_words = ("manager", "handler", "helper", "util", "misc")
    wrong = [path for path in sources() if any(word in Path(path).stem.lower() for word in empty_words)]
    classes = [
        f"{path}:{node.lineno} {node.name}"
        for path, tree in sources().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and node.name.lower().endswith(empty_words)
    ]
    assert not wrong + classes, "\n" + "\n".join(wrong + classes)


def length(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def limit(node: ast.AST, *, in_class_of_window: bool) -> tuple[str, int] | None:
    if isinstance(node, ast.ClassDef):
        return "class", CLASS_LINES
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        if in_class_of_window and node.name == "__init__":
            return "constructor", WIDGET_CONSTRUCTOR_LINES
        return "function", FUNCTION_LINES
    return None


def test_sizes() -> None:
    wrong = []
    for path, tree in sources().items():
        if path in LONGER or "/migrations/versions/" in path:
            continue
        lines = len((PACKAGE / path).read_text("utf-8").splitlines())
        if lines > FILE_LINES:
            wrong.append(f"{path} has {lines} lines (at most {FILE_LINES})")
        for node in ast.walk(tree):
            kind = limit(node, in_class_of_window=path.startswith("ui/"))
            if kind and isinstance(node, ast.stmt) and length(node) > kind[1]:
                name = getattr(node, "name", "")
                wrong.append(
                    f"{path}:{node.lineno} {kind[0]} {name} has {length(node)} lines (at most {kind[1]})"
                )
    assert not wrong, "\n" + "\n".join(wrong)


def test_longer_files_still_exist() -> None:
    assert [path for path in LONGER if path not in sources()] == []


def test_import_linter_keeps_its_contracts() -> None:
    """The same borders seen through chains of imports, which reading one file cannot see."""
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command; lint_imports_command()",
    ]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert checked.returncode == 0, checked.stdout[-3000:] + checked.stderr[-1000:]


@pytest.mark.parametrize("entry", ["gridworker.cli", "gridworker.app", "gridworker.ui.main_window"])
def test_the_window_starts_light(entry: str) -> None:
    program = f"import sys, {entry}; print(*sorted({HEAVY!r} & set(sys.modules)))"
    started = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert started.returncode == 0, started.stderr[-2000:]
    assert started.stdout.split() == []


def test_opening_a_profile_loads_no_tools_for_making_one() -> None:
    """What a window needs to open a file and show it: docs/decisions/0030."""
    heavy = HEAVY - {"cryptography", "sqlcipher3"}
    entries = "gridworker.store.store, gridworker.sync.session, gridworker.ui.desk"
    program = f"import sys, {entries}; print(*sorted({heavy!r} & set(sys.modules)))"
    started = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert started.returncode == 0, started.stderr[-2000:]
    assert started.stdout.split() == []
