"""Every error a person can meet has its sentence in both languages, and whoever raises it gives the facts in it."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

import gridworker
from gridworker import errors
from gridworker.complaints import complaint
from gridworker.models.entity import Merge
from gridworker.models.registry import ENTITIES
from gridworker.wording import LANGUAGES, Wording

PACKAGE = Path(gridworker.__file__).parent
# Made by the complaint itself from other facts, or left out where there is none.
COMPUTED = {
    "subject": "record",
    "entity_name": "entity",
    "field_name": "field",
    "reason_text": "reason",
    "state_name": "state",
    "event_name": "event",
    "legal_names": "legal",
    "code": "",
}
# Refusals whose facts come from the server's answer and not from this source.
FROM_THE_ANSWER = {"ServerRefused", "TokenRefused", "ServerBusy", "RequestTooLarge"}
# A guard against a wrong call in our own code; a person never meets it.
GUARDS = {("sync/client.py", "OnlyAuthority")}


@cache
def wordings() -> tuple[Wording, ...]:
    return tuple(Wording.load(language) for language in LANGUAGES)


@cache
def kinds() -> list[type[errors.GridworkerError]]:
    """Every error class of the whole product, wherever it is declared."""
    for module in pkgutil.walk_packages([str(PACKAGE)], "gridworker."):
        if not {"ui", "__main__", "migrations"} & set(module.name.split(".")):
            importlib.import_module(module.name)
    found: list[type[errors.GridworkerError]] = []
    rest = [errors.GridworkerError]
    while rest:
        kind = rest.pop()
        found.append(kind)
        rest += kind.__subclasses__()
    return sorted(found, key=lambda kind: kind.__name__)


@cache
def sources() -> dict[str, list[ast.AST]]:
    """Every node of every module by its path."""
    return {
        path.relative_to(PACKAGE).as_posix(): list(ast.walk(ast.parse(path.read_text("utf-8"))))
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def placeholders(code: str) -> set[str]:
    texts = [wording.texts[f"errors.{code}.{part}"] for wording in wordings() for part in ("what", "next")]
    return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_says_what_happened_and_what_to_do_next(language: str) -> None:
    texts = Wording.load(language).texts
    known = kinds()
    assert len(known) > 30
    missing = [
        f"{kind.__name__}.{part}"
        for kind in known
        for part in ("what", "next")
        if not texts.get(f"errors.{kind.code}.{part}")
    ]
    assert missing == []


def test_codes_are_their_own() -> None:
    own = [kind.code for kind in kinds() if "code" in vars(kind)]
    assert len(own) == len(set(own))


def test_no_sentence_is_left_without_its_error() -> None:
    parts = ("reason.", "entity.", "field.", "unnamed.")
    keys = (key.removeprefix("errors.") for key in wordings()[0].texts if key.startswith("errors."))
    said = {key.split(".")[0] for key in keys if not key.startswith(parts)}
    assert said == {kind.code for kind in kinds()}


def raised() -> Iterator[tuple[str, int, str, set[str]]]:
    """(path, line, class, facts given) for every error made in the sources with its facts written out."""
    names = {kind.__name__: kind for kind in kinds()}
    for path, nodes in sources().items():
        for node in nodes:
            if not isinstance(node, ast.Call) or getattr(node.func, "id", "") not in names:
                continue
            if any(keyword.arg is None for keyword in node.keywords):
                continue  # facts passed on as they came
            facts = {keyword.arg for keyword in node.keywords if keyword.arg}
            yield path, node.lineno, node.func.id, facts  # type: ignore[attr-defined]


def test_whoever_raises_an_error_gives_the_facts_of_its_sentence() -> None:
    codes = {kind.__name__: kind.code for kind in kinds()}
    places = list(raised())
    assert len(places) > 60
    gaps = []
    for path, line, name, facts in places:
        if name in FROM_THE_ANSWER or (path, name) in GUARDS:
            continue
        wanted = {COMPUTED.get(fact, fact) for fact in placeholders(codes[name])} - {""}
        if wanted - facts:
            gaps.append(f"{path}:{line} {name} without {sorted(wanted - facts)}")
    assert gaps == []


def reasons() -> set[str]:
    """Every reason code in the sources: given to a Fault, a refusal of an op, or an error."""
    return {reason for nodes in sources().values() for node in nodes for reason in _reasons_of(node)}


def _reasons_of(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call):
        called = getattr(node.func, "id", "")
        for keyword in node.keywords:
            of_result = called in ("OpResult", "replace") and keyword.arg == "code"
            if keyword.arg == "reason" or of_result:
                yield from _texts(keyword.value)
        if called == "Fault":
            yield from _texts(node.args[1])
        elif called == "Rejected":
            yield from _texts(node.args[0])
    elif isinstance(node, ast.FunctionDef) and node.name.endswith("_fault"):
        for inner in ast.walk(node):
            if isinstance(inner, ast.Return) and inner.value:
                yield from _texts(inner.value)


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_its_words(language: str) -> None:
    found = reasons()
    assert {"required", "identity_number", "basis_missing", "append_only", "depends_on"} <= found
    wording = Wording.load(language)
    assert sorted(r for r in found if not wording.has(f"errors.reason.{r}")) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entity_and_every_field_that_can_be_refused_has_a_name(language: str) -> None:
    wording = Wording.load(language)
    refusable = {
        field.name for entity in ENTITIES for field in entity.wire_fields if field.merge is not Merge.DERIVED
    }
    assert sorted(e.name for e in ENTITIES if not wording.has(f"errors.entity.{e.name}")) == []
    assert sorted(name for name in refusable if not wording.has(f"errors.field.{name}")) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_has_a_gap(language: str) -> None:
    """With every fact given, and with none that a raiser may leave out."""
    wording = Wording.load(language)
    for kind in kinds():
        facts = {name: "x" for name in placeholders(kind.code) if name not in COMPUTED}
        said = str(complaint(_made(kind, facts), wording))
        assert "{" not in said and "  " not in said and "“”" not in said and '""' not in said, said


def _made(kind: type[errors.GridworkerError], facts: dict[str, str]) -> errors.GridworkerError:
    error = kind.__new__(kind)
    errors.GridworkerError.__init__(error, **facts)
    return error


def test_a_refused_field_is_named_in_the_persons_language() -> None:
    error = errors.FieldInvalid(entity="visit", record="XF-1", field="said", reason="identity_number")
    found = complaint(error, Wording.load("zh_CN"))
    assert (found.code, found.field) == ("field_invalid", "said")
    assert found.what == "“居民所说”不能这样填（走访 XF-1）：里面有身份证号，请先遮住"
    assert "What was said" in complaint(error, Wording.load("en")).what


def test_an_unknown_field_and_reason_go_by_their_code() -> None:
    error = errors.FieldInvalid(entity="dragon", record="X", field="wings", reason="burnt")
    what = complaint(error, Wording.load("en")).what
    assert "dragon" in what and "wings" in what and "burnt" in what


def test_a_record_without_a_name_leaves_no_gap() -> None:
    error = errors.FieldInvalid(entity="visit", record="", field="next_on", reason="required")
    assert complaint(error, Wording.load("zh_CN")).what == "“哪天”不能这样填（走访）：必须填写"
    assert (
        complaint(error, Wording.load("en")).what
        == 'Visit: "On" cannot be saved like this: must be filled in'
    )


def test_what_nobody_foresaw_becomes_internal_and_tells_no_content() -> None:
    try:
        Wording.load("zh_CN")("no.such.key")
    except KeyError as error:
        found = complaint(error, Wording.load("en"))
        assert found.code.startswith("internal/KeyError/wording:")
        assert found.code in found.next
    assert complaint(ValueError("张三"), Wording.load("zh_CN")).code == "internal/ValueError"
    assert "张三" not in str(complaint(ValueError("张三"), Wording.load("zh_CN")))
